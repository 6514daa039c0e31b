# Completion of ctinstall for fish 3 and later: ctinstall completion fish | source
#
# ctinstall itself says what can come next, so that this never falls behind it.

function __ctinstall_complete
    set -l typed (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    for line in (command ctinstall __complete $typed[2..-1] "$current" 2>/dev/null)
        switch $line
            case +files
                __fish_complete_path "$current"
            case +directories
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end

complete --command ctinstall --no-files --arguments '(__ctinstall_complete)'
