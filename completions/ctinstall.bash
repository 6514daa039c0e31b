# shellcheck shell=bash
# Completion of ctinstall for bash 4 and later: source <(ctinstall completion bash)
#
# ctinstall itself says what can come next, so that this never falls behind it.

_ctinstall() {
  local candidate mark has_blanks=
  COMPREPLY=()
  # Backslashes and quotes are the shell's.
  local word words=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    word=${word#[\"\']}
    word=${word%[\"\']}
    words+=("${word//\\/}")
  done
  while IFS=$'\t' read -r candidate _; do
    case $candidate in
      +files | +directories) mark=$candidate ;;
      *)
        [[ $candidate == *[![:alnum:]./_+:=@-]* ]] && has_blanks=yes
        COMPREPLY+=("$candidate")
        ;;
    esac
  done < <(command ctinstall __complete "${words[@]}" 2>/dev/null)
  # What bash completes by itself when there is nothing of ours. (Outside of a completion compopt fails.)
  case ${mark-} in
    +files) ;;
    +directories) compopt +o default -o dirnames 2>/dev/null || : ;;
    *) compopt +o default 2>/dev/null || : ;;
  esac
  # Has bash quote what needs it.
  [[ -z $has_blanks ]] || compopt -o filenames 2>/dev/null || :
}

complete -o default -F _ctinstall ctinstall
