# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for learnscope: the program's own lists of commands, options, labs, presets and views.
_learnscope() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} program=${COMP_WORDS[0]}
  local commands='labs describe run resume info analyse export render video fixed-points splats'
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands --help --version $("$program" labs 2>/dev/null | sed -n 's/^\([^ ]\+\).*/\1/p')" -- "$word"
      compgen -f -X '!*.lscope' -- "$word")
    return
  fi
  case $previous in
    --log) mapfile -t COMPREPLY < <(compgen -W jsonl -- "$word"); return ;;
    --theme) mapfile -t COMPREPLY < <(compgen -W 'light dark' -- "$word"); return ;;
    --preset)
      mapfile -t COMPREPLY < <(compgen -W "$("$program" describe "${COMP_WORDS[2]}" 2>/dev/null |
        sed -n '/^Presets/,/^$/s/^  \([^ ]\+\).*/\1/p')" -- "$word")
      return ;;
    --config | --script | --out | --csv | --npz) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
  esac
  if [[ $command == splats && $COMP_CWORD -eq 2 ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'view info render video convert compare states cameras strip move outputs' -- "$word"; compgen -f -- "$word")
    return
  fi
  [[ $command == splats ]] && command="splats ${COMP_WORDS[2]}"
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("$program" $command --help 2>/dev/null | grep -o -- '--[a-zA-Z-]\+' | sort -u)" -- "$word")
  elif [[ $command == run || $command == describe ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("$program" labs 2>/dev/null | sed -n 's/^\([^ ]\+\).*/\1/p')" -- "$word")
  elif [[ $command == splats* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -X '!*.lscope' -- "$word"; compgen -d -- "$word")
  fi
}
complete -o filenames -F _learnscope learnscope
