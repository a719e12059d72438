namespace GpuRuntime.Security.Tests.Tools;

/// <summary>
/// Attaches a device program that denies everything to a cgroup (<c>device-programs deny DIR</c>) or prints the ids of those that are attached
/// (<c>device-programs list DIR</c>): by bpf(2) itself, and not by what is tested.
/// </summary>
internal static class DevicePrograms
{
    public static Task<string> BuildAsync(string directory) => CProgram.BuildAsync(directory, "device-programs", Source);

    private const string Source = """
        #include <fcntl.h>
        #include <linux/bpf.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        static int bpf(int command, union bpf_attr *attributes)
        {
            return syscall(SYS_bpf, command, attributes, sizeof *attributes);
        }

        int main(int argc, char **argv)
        {
            if (argc != 3)
                return 2;
            int cgroup = open(argv[2], O_RDONLY | O_DIRECTORY);
            union bpf_attr attributes;
            memset(&attributes, 0, sizeof attributes);
            if (!strcmp(argv[1], "deny")) {
                struct bpf_insn program[] = {
                    { .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
                    { .code = BPF_JMP | BPF_EXIT },
                };
                attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
                attributes.insns = (unsigned long)program;
                attributes.insn_cnt = sizeof program / sizeof *program;
                attributes.license = (unsigned long)"";
                int loaded = bpf(BPF_PROG_LOAD, &attributes);
                if (loaded < 0) {
                    perror("BPF_PROG_LOAD");
                    return 1;
                }
                memset(&attributes, 0, sizeof attributes);
                attributes.target_fd = cgroup;
                attributes.attach_bpf_fd = loaded;
                attributes.attach_type = BPF_CGROUP_DEVICE;
                attributes.attach_flags = BPF_F_ALLOW_MULTI;
                if (bpf(BPF_PROG_ATTACH, &attributes) < 0) {
                    perror("BPF_PROG_ATTACH");
                    return 1;
                }
                return 0;
            }
            unsigned ids[64];
            attributes.query.target_fd = cgroup;
            attributes.query.attach_type = BPF_CGROUP_DEVICE;
            attributes.query.prog_ids = (unsigned long)ids;
            attributes.query.prog_cnt = 64;
            if (bpf(BPF_PROG_QUERY, &attributes) < 0) {
                perror("BPF_PROG_QUERY");
                return 1;
            }
            for (unsigned i = 0; i < attributes.query.prog_cnt; i++)
                printf("%u\n", ids[i]);
            return 0;
        }

        """;
}
