# fish completion of kpx: kpx completion fish | source
function __kpx_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -e words[1]
    set -l found (kpx __complete -- $words "$current" 2>/dev/null)
    set -q found[1]; or return
    set -l directive (string replace : '' -- $found[-1])
    set -e found[-1]
    string join \n -- $found
    if test (math "bitand($directive, 4)") -eq 0
        set -l before (string match -r '^--[\w-]+=' -- $current)
        string join \n -- "$before"(__fish_complete_path (string replace -- "$before" '' $current))
    end
end
complete -c kpx -f -a '(__kpx_complete)'
