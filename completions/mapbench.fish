# fish completion of mapbench; made by `mapbench completion fish`
# `mapbench complete` answers in lines: a value, a tab and what it is; or :files, :folders, :nospace.
function __mapbench_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l values
    set -l plain
    for line in (command $program complete -- $words "$current" 2>/dev/null)
        switch $line
            case :files
                set plain __fish_complete_path
            case :folders
                set plain __fish_complete_directories
            case ':*'
            case '*'
                set -a values $line
        end
    end
    if set -q values[1]
        printf '%s\n' $values
    else if set -q plain[1]
        # Files come behind a = where there is one.
        set -l head (string match -r -- '^.*=' $current)
        for path in ($plain (string replace -r -- '^.*=' '' "$current"))
            echo "$head$path"
        end
    end
end
complete -c mapbench -f -k -a '(__mapbench_complete)'
