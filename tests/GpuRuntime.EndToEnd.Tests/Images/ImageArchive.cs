using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace GpuRuntime.EndToEnd.Tests;

/// <summary>
/// The format of <c>docker save</c>, which docker load, podman load and ctr image import all read:
/// https://github.com/moby/docker-image-spec/blob/main/v1.2.md
/// </summary>
internal static class ImageArchive
{
    public static void Write(string path, string reference, string layerPath)
    {
        using var archive = new TarWriter(File.Create(path), TarEntryFormat.Pax);
        AddText(archive, "manifest.json", new JsonArray(new JsonObject
        {
            ["Config"] = "config.json",
            ["RepoTags"] = new JsonArray(reference),
            ["Layers"] = new JsonArray("layer.tar"),
        }));
        AddText(archive, "config.json", new JsonObject
        {
            ["architecture"] = "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Env"] = new JsonArray("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Digest(layerPath)) },
            ["history"] = new JsonArray(new JsonObject { ["created_by"] = "GpuRuntime.EndToEnd.Tests" }),
        });
        archive.WriteEntry(layerPath, "layer.tar");
    }

    private static void AddText(TarWriter archive, string name, JsonNode content)
    {
        using var data = new MemoryStream(Encoding.UTF8.GetBytes(content.ToJsonString()));
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
    }

    private static string Digest(string path)
    {
        using var file = File.OpenRead(path);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
