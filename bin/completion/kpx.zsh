#compdef kpx
# zsh completion of kpx, after compinit: source <(kpx completion zsh)
_kpx() {
  local line directive=4
  local -a candidates ending
  for line in "${(@f)$(kpx __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
    if [[ $line == :<-> ]]; then
      directive=${line#:}
    elif [[ -n $line ]]; then
      # _describe ends the candidate at a colon
      candidates+=("${${line//:/\\:}/$'\t'/:}")
    fi
  done
  ((directive & 2)) && ending=(-S '')
  ((${#candidates})) && _describe -t candidates candidate candidates "${(@)ending}"
  ((directive & 4)) || { compset -P '--*='; _files }
}

# as a file _kpx of fpath it is called, not sourced
if [[ $funcstack[1] == _kpx ]]; then _kpx; else compdef _kpx kpx; fi
