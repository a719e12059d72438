# fish completion for gpu-runtime. The verbs that it shares with runc are runc's.

# Whether the verbs on the command line are these: the first two words, up to the first option.
function __gpu_runtime_at
    set -l verbs
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; and break
        set -a verbs $word
    end
    test "$verbs[1..2]" = "$argv"
end

complete -c gpu-runtime -f
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a devices -d 'List the GPUs of this host'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a check -d 'Look for what keeps containers from their GPUs'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a config -d 'Print the effective configuration'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a allocations -d 'Show which container holds which GPU'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a cdi -d 'Write and look at CDI specifications'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a configure -d 'Register with an engine'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a swarm -d 'Schedule services by GPU with Docker Swarm'
complete -c gpu-runtime -f -n '__gpu_runtime_at' -a top -d 'Show what GPUs, containers and processes do'
complete -c gpu-runtime -n __gpu_runtime_at -l version -d 'Show version information'
complete -c gpu-runtime -l help -d 'Show help'

complete -c gpu-runtime -f -n '__gpu_runtime_at allocations' -a release -d 'Free the GPUs that a container holds'
complete -c gpu-runtime -f -n '__gpu_runtime_at cdi' -a generate -d 'Write specifications'
complete -c gpu-runtime -f -n '__gpu_runtime_at cdi' -a refresh -d 'Bring them up to date'
complete -c gpu-runtime -f -n '__gpu_runtime_at cdi' -a list -d 'List devices'
complete -c gpu-runtime -f -n '__gpu_runtime_at cdi' -a validate -d 'Check files'
complete -c gpu-runtime -f -n '__gpu_runtime_at configure' -a 'docker containerd crio podman' -d Engine
complete -c gpu-runtime -f -n '__gpu_runtime_at swarm' -a advertise -d 'Print what tells Swarm of this node\'s GPUs'
complete -c gpu-runtime -F -n '__gpu_runtime_at cdi validate'

for verbs in devices check config allocations 'allocations release' 'cdi generate' 'cdi refresh' 'cdi list' 'swarm advertise' top
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l config -r -F -d 'Configuration file'
end
for verbs in devices allocations 'cdi list'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l format -x -a 'table json' -d 'How to print'
end
complete -c gpu-runtime -n '__gpu_runtime_at devices' -l refresh -d 'First ask nvidia-smi'
complete -c gpu-runtime -n '__gpu_runtime_at allocations release' -l force -d 'Also while the container runs'

for verbs in 'cdi generate' 'cdi refresh'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l vendor -x -a 'nvidia amd intel' -d 'Only of this vendor'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l output -x -a '(__fish_complete_directories)' -d 'Directory for the files'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l format -x -a 'yaml json' -d 'How to write'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l cdi-version -x -d 'Version of CDI to write'
end
complete -c gpu-runtime -n '__gpu_runtime_at cdi refresh' -l quiet -d 'Say nothing of files that need no change'
complete -c gpu-runtime -n '__gpu_runtime_at swarm advertise' -l vendor -x -a 'nvidia amd intel' -d 'Only of this vendor'

for verbs in 'configure docker' 'configure containerd' 'configure crio' 'configure podman'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l file -r -F -d 'File to edit'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l default -d 'Also for containers that name no runtime'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l cdi -d 'Switch CDI on too'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l remove -d 'Take away what was added'
    complete -c gpu-runtime -n "__gpu_runtime_at $verbs" -l dry-run -d 'Print the changes and make none'
end

complete -c gpu-runtime -n '__gpu_runtime_at top' -l once -d 'Print one sample and end'
complete -c gpu-runtime -n '__gpu_runtime_at top' -l format -x -a 'table json csv csv-containers prom' -d 'How to print'
complete -c gpu-runtime -n '__gpu_runtime_at top' -l interval -x -d 'Seconds between samples'
complete -c gpu-runtime -n '__gpu_runtime_at top' -l sort -x -a 'gpu util memory power container pid' -d 'Order'
complete -c gpu-runtime -n '__gpu_runtime_at top' -l filter -x -d 'Only what has this text'
complete -c gpu-runtime -n '__gpu_runtime_at top' -l agent -x -d 'Agent to ask'
