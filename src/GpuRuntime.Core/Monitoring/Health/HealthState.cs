using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GpuRuntime.Core.Monitoring.Samples;

namespace GpuRuntime.Core.Monitoring.Health;

/// <summary>What the agent judged of one GPU.</summary>
/// <param name="Id">Such as <c>amd:0</c>.</param>
/// <param name="Reasons">Why it is unhealthy; empty for a healthy one.</param>
public sealed record JudgedGpu(string Id, ImmutableArray<JudgedReason> Reasons);

/// <param name="Seen">A sentence without its end; so is <paramref name="Cure"/>.</param>
public sealed record JudgedReason(string Code, string Seen, string Cure);

/// <summary>
/// What a running agent judged of the host's GPUs last, in the file <c>health</c> of the state directory:
/// <c>{"gpus":[{"id":"amd:0","reasons":[{"code":"lost","seen":"...","cure":"..."}]}]}</c>. Without a running agent it says nothing.
/// </summary>
/// <param name="Gpus">In the order of the inventory; <see langword="null"/> as long as nothing was judged: then the file holds <c>{}</c>.</param>
public sealed record HealthState(ImmutableArray<JudgedGpu>? Gpus)
{
    /// <summary>The file's name in the state directory.</summary>
    public const string FileName = "health";

    private const string GpusName = "gpus";
    private const string IdName = "id";
    private const string ReasonsName = "reasons";
    private const string CodeName = "code";
    private const string SeenName = "seen";
    private const string CureName = "cure";

    public static readonly HealthState NothingYet = new((ImmutableArray<JudgedGpu>?)null);

    public static HealthState Of(HostSample sample) => new(
        sample.Gpus.Select(gpu => new JudgedGpu(
            gpu.Gpu.Id,
            [.. gpu.Health.Reasons.Select(reason => new JudgedReason(reason.Code, reason.Seen ?? reason.Sentence.TrimEnd('.'), reason.Cure ?? "See the sentence above"))]))
            .ToImmutableArray());

    /// <returns><see langword="null"/> for what no agent has written.</returns>
    public static HealthState? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (!json.RootElement.TryGetProperty(GpusName, out var list))
                return NothingYet;
            var gpus = ImmutableArray.CreateBuilder<JudgedGpu>();
            foreach (var gpu in list.EnumerateArray())
            {
                var reasons = ImmutableArray.CreateBuilder<JudgedReason>();
                foreach (var reason in gpu.GetProperty(ReasonsName).EnumerateArray())
                    reasons.Add(new JudgedReason(Text(reason, CodeName), Text(reason, SeenName), Text(reason, CureName)));
                gpus.Add(new JudgedGpu(Text(gpu, IdName), reasons.ToImmutable()));
            }

            return new HealthState(gpus.ToImmutable());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    public string Format()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Gpus is { } gpus)
                Write(json, gpus);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<JudgedGpu> gpus)
    {
        json.WriteStartArray(GpusName);
        foreach (var gpu in gpus)
        {
            json.WriteStartObject();
            json.WriteString(IdName, gpu.Id);
            json.WriteStartArray(ReasonsName);
            foreach (var reason in gpu.Reasons)
            {
                json.WriteStartObject();
                json.WriteString(CodeName, reason.Code);
                json.WriteString(SeenName, reason.Seen);
                json.WriteString(CureName, reason.Cure);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new JsonException();
}
