using System.Collections.Immutable;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Cdi.Text;

/// <summary>Reads specifications, JSON or YAML, as strictly as CDI's own library: a field that CDI does not know fails the file.</summary>
public static class CdiReader
{
    /// <summary>Bytes of the largest file that is read.</summary>
    public const int Largest = CdiDocument.Largest;

    private const int MostProblems = 50;

    /// <summary>Whether engines read specifications from files of this name.</summary>
    public static bool IsSpecificationName(string name) => CdiDocument.FormatOf(name) is not null;

    /// <param name="name">The file's path, for messages; its ending tells the format.</param>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecInvalid"/>, naming every problem with its line.</exception>
    public static CdiSpec Read(byte[] content, string name)
    {
        var problems = Check(content, name, out var spec);
        return problems.IsEmpty ? spec : throw Refused(name, problems);
    }

    /// <returns>Every problem, in the order of the lines; with none, <paramref name="spec"/> is what the file says.</returns>
    /// <exception cref="GpuRuntimeException"><see cref="ErrorCode.CdiSpecInvalid"/>: it is not JSON or YAML at all.</exception>
    public static ImmutableArray<CdiProblem> Check(byte[] content, string name, out CdiSpec spec)
    {
        var document = CdiDocument.Parse(content, name);
        var problems = new CdiProblems();
        spec = CdiSpecFields.Read(document, problems);
        problems.AddRange(CdiRules.Problems(spec), document);
        return problems.InOrder();
    }

    internal static GpuRuntimeException Refused(string name, ImmutableArray<CdiProblem> problems)
    {
        var told = problems.Length <= MostProblems ? problems : problems[..MostProblems];
        var rest = problems.Length == told.Length ? "" : $"; and {problems.Length - told.Length} more";
        var count = problems.Length == 1 ? "a problem" : $"{problems.Length} problems";
        return new GpuRuntimeException(ErrorCode.CdiSpecInvalid, $"The CDI specification {name} has {count}: {string.Join("; ", told)}{rest}.");
    }
}
