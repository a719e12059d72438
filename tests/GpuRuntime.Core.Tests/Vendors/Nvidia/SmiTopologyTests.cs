using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Inventory;
using GpuRuntime.Core.Tests.Selection;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Core.Tests.Vendors.Nvidia;

/// <summary>The matrix of nvidia-smi topo -m, and what is kept of it.</summary>
public sealed class SmiTopologyTests
{
    private const string List = "GPU 0: NVIDIA X (UUID: GPU-a)\nGPU 1: NVIDIA X (UUID: GPU-b)\nGPU 2: NVIDIA X (UUID: GPU-c)\nGPU 3: NVIDIA X (UUID: GPU-d)\n";

    // Two pairs, with a network card beside the first; the escapes are those of an underlined header.
    private const string Pairs =
        "\t\x1b[4mGPU0\tGPU1\tGPU2\tGPU3\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\x1b[0m\n"
        + "GPU0\t X \tNV4\tPHB\tSYS\tPIX\t0-31,64-95\t0\t\tN/A\n"
        + "GPU1\tNV4\t X \tNODE\tSYS\tPXB\t0-31,64-95\t0\t\tN/A\n"
        + "GPU2\tPHB\tNODE\t X \tNV12\tSYS\t32-63,96-127\t1\t\tN/A\n"
        + "GPU3\tSYS\tSYS\tNV12\t X \tSYS\t32-63,96-127\t1\t\tN/A\n"
        + "NIC0\tPIX\tPXB\tSYS\tSYS\t X \t\t\t\t\n\n"
        + "Legend:\n\n  X    = Self\n  SYS  = Connection traversing PCIe as well as the SMP interconnect between NUMA nodes\n  NV#  = Connection traversing a bonded set of # NVLinks\n\n"
        + "NIC Legend:\n\n  NIC0: mlx5_0\n\n";

    private static readonly ImmutableArray<ReportedGpu> Gpus = [Reported("0000:1b:00.0", "GPU-a"), Reported("0000:43:00.0", "GPU-b"), Reported("0000:52:00.0", "GPU-c"), Reported("0000:61:00.0", "GPU-d")];

    [Test]
    public void Bonds_of_NVLink_are_kept_with_the_number_of_their_links_and_ways_over_PCI_are_not() =>
        Assert.That(Kept(Pairs), Is.EqualTo("link 0000:1b:00.0 0000:43:00.0 4\nlink 0000:52:00.0 0000:61:00.0 12\n"));

    [Test]
    public void A_header_without_escapes_reads_the_same() =>
        Assert.That(Kept(Pairs.Replace("\x1b[4m", "", StringComparison.Ordinal).Replace("\x1b[0m", "", StringComparison.Ordinal)), Is.EqualTo(Kept(Pairs)));

    // The index is the list's, whatever the order of the report.
    [Test]
    public void Indexes_are_looked_up_by_UUID() =>
        Assert.That(
            Kept(Pairs, "GPU 3: X (UUID: GPU-a)\nGPU 2: X (UUID: GPU-b)\nGPU 1: X (UUID: GPU-c)\nGPU 0: X (UUID: GPU-d)\n"),
            Is.EqualTo("link 0000:61:00.0 0000:52:00.0 4\nlink 0000:43:00.0 0000:1b:00.0 12\n"));

    [Test]
    public void A_host_without_NVLink_has_no_links() =>
        Assert.That(Kept("\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tSYS\t0-31\nGPU1\tSYS\t X \t32-63\n"), Is.Empty);

    [TestCase("", TestName = "Nothing_is_no_matrix")]
    [TestCase("Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n", TestName = "A_complaint_is_no_matrix")]
    [TestCase("\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV4\t0-31\n", TestName = "A_matrix_that_lacks_a_row_is_none")]
    [TestCase("\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \nGPU1\tNV4\t X \n", TestName = "A_matrix_that_lacks_a_cell_is_none")]
    [TestCase("\tGPU0\tGPU1\nGPU0\tNV4\t X \nGPU1\tNV4\t X \n", TestName = "A_matrix_with_its_diagonal_elsewhere_is_none")]
    [TestCase("\tGPU0\tGPU9\nGPU0\t X \tNV4\nGPU9\tNV4\t X \n", TestName = "A_matrix_of_GPUs_that_the_list_has_not_is_none")]
    public void What_is_no_matrix_is_told_apart(string matrix) => Assert.That(SmiTopology.Links(matrix, List, Gpus), Is.Null);

    [TestCase("NV")]
    [TestCase("NV0")]
    [TestCase("NV-4")]
    [TestCase("NV#")]
    [TestCase("NV4000000000")]
    [TestCase("NVL4")]
    public void A_cell_of_another_form_is_no_link(string cell) =>
        Assert.That(Kept($"\tGPU0\tGPU1\nGPU0\t X \t{cell}\nGPU1\t{cell}\t X \n"), Is.Empty);

    [Test]
    public void No_text_fails()
    {
        string[] words = ["GPU0", "GPU1", "GPU", "X", "NV4", "NV", "SYS", "\t", "\t", " ", "\n", "\n", "\x1b[4m", "\x1b", "m", "CPU Affinity", "\0", "é"];
        var texts = Gen.Elements(words).ArrayOf().Select(string.Concat);

        Prop.ForAll(texts.ToArbitrary(), text => SmiTopology.Links(text, List, Gpus) is null or { IsDefault: false }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Test]
    public void What_is_kept_reads_back_and_leaves_the_rest_of_the_file_alone()
    {
        var file = $"gpu 0000:1b:00.0 85520809984\nmig 2 0 MIG-1 3g.40gb -\n{Kept(Pairs)}";

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReportedLinks.Format(ReportedLinks.Parse(file)), Is.EqualTo(Kept(Pairs)));
            Assert.That(ReportedGpus.Format(ReportedGpus.Parse(file)) + Kept(Pairs), Is.EqualTo(file));
        }
    }

    [TestCase("link 0000:1b:00.0 0000:43:00.0\n")]
    [TestCase("link 0000:1b:00.0 0000:43:00.0 0\n")]
    [TestCase("link 0000:1b:00.0 0000:43:00.0 101\n")]
    [TestCase("link 0000:1b:00.0 0000:43:00.0 x\n")]
    [TestCase("link 0000:1b:00.0 0000:1b:00.0 4\n")]
    [TestCase("link a b 4\nlink\n\0")]
    public void A_line_of_another_form_is_no_link(string text) => Assert.That(ReportedLinks.Parse(text), Is.Empty);

    [Test]
    public void Links_are_those_among_the_GPUs_that_are_asked_about()
    {
        ImmutableArray<Gpu> host = [.. Gpus.Select((gpu, index) => GpuBuilder.Gpu(GpuVendor.Nvidia, index, gpu.PciAddress.ToString(), gpu.Uuid))];
        var reported = ReportedLinks.Parse(Kept(Pairs) + "link 0000:1b:00.0 0000:f1:00.0 4\n");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReportedLinks.Between(host, reported), Is.EqualTo((GpuLink[])[new(GpuVendor.Nvidia, 0, 1, 4), new(GpuVendor.Nvidia, 2, 3, 12)]));
            Assert.That(ReportedLinks.Between(host.RemoveAt(0), reported), Is.EqualTo((GpuLink[])[new(GpuVendor.Nvidia, 2, 3, 12)]));
        }
    }

    private static string Kept(string matrix, string list = List) => ReportedLinks.Format(SmiTopology.Links(matrix, list, Gpus)!.Value);

    private static ReportedGpu Reported(string address, string uuid) => new(PciAddress.Parse(address)!.Value, null, []) { Uuid = uuid };
}
