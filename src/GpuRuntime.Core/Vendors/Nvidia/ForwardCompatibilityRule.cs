using System.Text.Json;
using GpuRuntime.Core.Edits;

namespace GpuRuntime.Core.Vendors.Nvidia;

/// <summary>
/// Whether an image's own, newer libcuda goes in front of the host driver's (NVIDIA CUDA Compatibility guide). What decides stands in a
/// file of the image's and is taken as data only: a wrong answer hurts nobody but that container.
/// </summary>
public static class ForwardCompatibilityRule
{
    public const string NoteSection = ".note.cuda.fwd_compatibility";
    public const string NoteOwner = "NVIDIA Corporation";

    /// <param name="imageVersion">The version in the name of the image's libcuda.</param>
    /// <param name="note">The JSON in that file's note; <see langword="null"/> without one.</param>
    public static bool Prefers(ForwardCompatibility host, DottedVersion imageVersion, byte[]? note)
    {
        if (note is null)
            return imageVersion.Major > host.DriverVersion.Major;
        try
        {
            using var json = JsonDocument.Parse(note.AsMemory(), new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object && ServesDriver(json.RootElement, host.DriverVersion.Major) && imageVersion.CompareTo(host.DriverVersion) > 0;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A note that says nothing readable names no driver that it works with. Half a surrogate pair, escaped, is valid JSON and no text.
            return false;
        }
    }

    private static bool ServesDriver(JsonElement note, int major)
    {
        if (!note.TryGetProperty("Driver", out var drivers) || drivers.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var driver in drivers.EnumerateArray())
        {
            if (driver.ValueKind == JsonValueKind.Number ? driver.TryGetInt32(out var number) && number == major
                : driver.ValueKind == JsonValueKind.String && DottedVersion.Parse(driver.GetString())?.Major == major)
                return true;
        }

        return false;
    }
}
