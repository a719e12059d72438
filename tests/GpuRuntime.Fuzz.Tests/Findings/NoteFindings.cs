using GpuRuntime.Core.Edits;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Fuzz.Tests.Findings;

/// <summary>What fuzzing has found in the note of an image's own libcuda.</summary>
public sealed class NoteFindings
{
    private static readonly ForwardCompatibility Host = new("/usr/local/cuda/compat", DottedVersion.Parse("550.163.01")!, null);

    [Test]
    public void A_note_with_half_a_surrogate_pair_for_a_driver_names_none() =>
        Assert.That(ForwardCompatibilityRule.Prefers(Host, DottedVersion.Parse("570.10")!, """{"Driver":["5\ud800"]}"""u8.ToArray()), Is.False);
}
