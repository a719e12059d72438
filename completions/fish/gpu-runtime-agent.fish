# fish completion for gpu-runtime-agent. Its verb limit is for runtimes to call.

complete -c gpu-runtime-agent -f
complete -c gpu-runtime-agent -n __fish_use_subcommand -a serve -d 'Measure GPUs, serve metrics, hold memory limits'
complete -c gpu-runtime-agent -n __fish_use_subcommand -a kubernetes -d 'The same, and be the device plugin of a node'
complete -c gpu-runtime-agent -n __fish_use_subcommand -a top -d 'Show what GPUs, containers and processes do'
complete -c gpu-runtime-agent -n __fish_use_subcommand -a limit -d 'Limit what a container may use of GPUs\' memory'
complete -c gpu-runtime-agent -n __fish_use_subcommand -l help -d 'Show help'
complete -c gpu-runtime-agent -n __fish_use_subcommand -l version -d 'Show version information'

complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from serve kubernetes top' -l config -r -F -d 'Configuration file'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from serve kubernetes' -l listen -x -d 'Where to listen'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from serve kubernetes' -l compat -x -a 'dcgm none' -d 'Names of metrics'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l once -d 'Print one sample and end'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l format -x -a 'table json csv csv-containers prom' -d 'How to print'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l interval -x -d 'Seconds between samples'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l sort -x -a 'gpu util memory power container pid' -d 'Order'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l filter -x -d 'Only what has this text'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l agent -x -d 'Agent to ask'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from top' -l help -d 'Show help'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from limit' -l library -r -F -d 'NVIDIA\'s management library'
complete -c gpu-runtime-agent -n '__fish_seen_subcommand_from limit' -l gpu -x -d 'A GPU and its limit'
