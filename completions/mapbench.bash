# bash completion of mapbench; made by `mapbench completion bash`
# `mapbench complete` answers in lines: a value, a tab and what it is; or :files, :folders, :nospace.
_mapbench() {
  local line=${COMP_LINE:0:COMP_POINT}
  local -a words answers
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local current=${words[${#words[@]} - 1]}
  # bash replaces only what is behind the last = or :, and from the last @ on.
  local behind=${current##*[=:]} plain=
  [[ $behind == *@* ]] && behind=@${behind##*@}
  local cut=$((${#current} - ${#behind}))
  mapfile -t answers < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  for line in "${answers[@]}"; do
    case $line in
      :files) plain=-f ;;
      :folders) plain=-d ;;
      :nospace) compopt -o nospace 2>/dev/null ;;
      *) line=${line%%$'\t'*} && COMPREPLY+=("${line:cut}") ;;
    esac
  done
  [[ -z $plain || ${#COMPREPLY[@]} -gt 0 ]] && return
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$plain" -- "$behind")
}
complete -F _mapbench mapbench
