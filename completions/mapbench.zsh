#compdef mapbench
# zsh completion of mapbench; made by `mapbench completion zsh`
# `mapbench complete` answers in lines: a value, a tab and what it is; or :files, :folders, :nospace.
_mapbench() {
  local line tab=$'\t'
  local -a answers values plain behind
  answers=("${(@f)$("${words[1]}" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  for line in $answers; do
    case $line in
      :files) plain=(_files) ;;
      :folders) plain=(_files -/) ;;
      :nospace) behind=(-S '') ;;
      *$tab*) values+=("${${line%%$tab*}//:/\\:}:${line#*$tab}") ;;
      *) values+=("${line//:/\\:}") ;;
    esac
  done
  if (( $#values )); then
    _describe -V mapbench values "${behind[@]}"
  elif (( $#plain )); then
    # Files come behind a = where there is one.
    compset -P '*='
    $plain
  fi
}
# As a file in $fpath this is the body of _mapbench; otherwise it is read by .zshrc.
if [[ $funcstack[1] == _mapbench ]]; then
  _mapbench "$@"
else
  compdef _mapbench mapbench
fi
