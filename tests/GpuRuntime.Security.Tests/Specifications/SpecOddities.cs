using System.Collections.Immutable;

namespace GpuRuntime.Security.Tests.Specifications;

/// <summary>Files in a directory of specifications that count for nothing, or that take long to read.</summary>
internal static class SpecOddities
{
    /// <summary>The one that counts.</summary>
    public const string Many = "a hundred thousand devices";

    public static readonly ImmutableArray<SpecOddity> All =
    [
        new("a FIFO", "odd.yaml", "mkfifo PATH"),
        new("a device without an end", "odd.json", "mknod PATH c 1 5"),
        new("a directory", "odd.yaml", "mkdir PATH"),
        new("a link to a FIFO", "odd.yaml", "mkfifo ELSEWHERE; ln -s ELSEWHERE PATH"),
        new("a link to a device without an end", "odd.yaml", "ln -s /dev/zero PATH"),
        new("a link to nowhere", "odd.json", "ln -s /nowhere/at/all PATH"),
        new("a link to itself", "odd.json", "ln -s odd.json PATH"),
        new("a link through a process", "odd.json", "ln -s /proc/self/fd/0 PATH"),
        new("two hundred megabytes", "odd.yaml", "truncate --size 200M PATH"),
        new("an empty file", "odd.yaml", ": >PATH"),
        new("no text", "odd.yaml", "head -c 100000 /dev/urandom >PATH"),
        new("deep JSON", "odd.json", "head -c 1000000 /dev/zero | tr '\\0' '[' >PATH"),
        new("deep YAML", "odd.yaml", "head -c 1000000 /dev/zero | tr '\\0' '[' >PATH"),
        new("deep blocks", "odd.yaml", "{ i=0; while [ $i -lt 1000 ]; do printf '%*sa:\\n' $i ''; i=$((i+1)); done; } >PATH"),
        new("aliases of aliases", "odd.yaml", "{ echo 'a: &a [x,x,x,x,x,x,x,x,x]'; p=a; for n in b c d e f g h i; do echo \"$n: &$n [*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p]\"; p=$n; done; } >PATH"),
        new(Many, "odd.yaml", "{ echo 'cdiVersion: 0.5.0'; echo 'kind: example.com/odd'; echo 'devices:'; seq -f '- name: \"%.0f\"' 100000; } >PATH"),
        new("another user's", "odd.json", "cp GOOD PATH; chown 65534 PATH"),
        new("a link to another user's", "odd.json", "cp GOOD ELSEWHERE; chown 65534 ELSEWHERE; ln -s ELSEWHERE PATH"),
        new("one that others may write to", "odd.json", "cp GOOD PATH; chmod 666 PATH"),
    ];
}
