using System.Text.Json;

namespace GpuRuntime.Core.Vendors.UserSpace;

/// <summary>The manifest by which the Vulkan loader knows a driver (Vulkan-Loader: LoaderDriverInterface.md, "Driver Manifest File Format").</summary>
internal static class VulkanManifest
{
    /// <returns>Path or name of the driver's library; <see langword="null"/> when this is no manifest.</returns>
    public static string? Library(byte[] text)
    {
        try
        {
            using var json = JsonDocument.Parse(text.AsMemory(), new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("ICD", out var driver) && driver.ValueKind == JsonValueKind.Object
                && driver.TryGetProperty("library_path", out var library) && library.ValueKind == JsonValueKind.String
                && library.GetString() is { Length: > 0 } path
                ? path : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, or half a surrogate pair in a text.
            return null;
        }
    }
}
