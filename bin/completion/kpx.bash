# bash completion of kpx, for bash 3.2 and later: source <(kpx completion bash)
_kpx() {
  local line=${COMP_LINE:0:COMP_POINT} word blanks words=()
  # bash ends words at = and : as well; what has no blank between is one word for kpx
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    blanks=${line%%[![:space:]]*}
    line=${line#"$blanks"}
    word=${word:0:${#line}}
    if [[ ${#words[@]} -eq 0 || -n $blanks ]]; then words+=("$word"); else words[${#words[@]} - 1]+=$word; fi
    line=${line:${#word}}
  done

  # and what it replaces begins after the last of these
  local current=${words[${#words[@]} - 1]} breaks=${COMP_WORDBREAKS//[^=:]/} kept=
  [[ -z $breaks ]] || kept=${current%"${current##*[$breaks]}"}

  local candidate directive=4
  COMPREPLY=()
  while IFS= read -r candidate; do
    case $candidate in
      :[0-9]*) directive=${candidate#:} ;;
      *)
        candidate=${candidate%%$'\t'*}
        COMPREPLY+=("${candidate#"$kept"}")
        ;;
    esac
  done < <(kpx __complete -- "${words[@]:1}" 2>/dev/null)

  # bash 3.2 has no compopt
  if ((directive & 2)); then compopt -o nospace 2>/dev/null; fi
  if ((!(directive & 4))); then compopt -o default 2>/dev/null; fi
}
complete -F _kpx kpx
