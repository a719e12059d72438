using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Requests;
using GpuRuntime.Core.Vendors.Nvidia;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Requirements of whatever shape hold where plain logic says that they do.</summary>
public sealed class RequirementProperties
{
    private static readonly int[] Cuda = [12, 4];
    private static readonly int[] Driver = [550, 163, 1];

    private static Gen<Factor> Factors =>
        from name in Gen.Elements("cuda", "driver", "CUDA", "arch", "brand")
        from operation in Gen.Elements("=", "!=", "<", "<=", ">", ">=")
        from version in Gen.Elements((int[][])[[12, 4], [12], [12, 4, 0], [11, 8], [13], [550], [550, 163, 1], [550, 163], [560], [0]])
        select name == "brand" ? new Factor(name, operation.Contains('!', StringComparison.Ordinal) ? "!=" : "=", []) : new Factor(name, operation, version);

    [Test]
    public void A_requirement_holds_where_all_factors_of_one_alternative_do()
    {
        var alternatives = Factors.NonEmptyListOf().NonEmptyListOf();
        Prop.ForAll(alternatives.ToArbitrary(), terms =>
        {
            var expression = string.Join(' ', terms.Select(term => string.Join(',', term.Select(factor => factor.Text))));
            return IsMet(expression) == terms.Any(term => term.All(factor => factor.Holds));
        }).Check(Seed.Of(1000));
    }

    private static bool IsMet(string expression)
    {
        try
        {
            Requirements.Check(
                new ContainerEnvironment([$"NVIDIA_REQUIRE_X={expression}"]),
                new NvidiaDriver(DottedVersion.Parse("550.163.01")!, DottedVersion.Parse("12.4"), IsOpenModule: false, ModifyDeviceFiles: true));
            return true;
        }
        catch (GpuRuntimeException exception) when (exception.Code == ErrorCode.RequirementUnmet)
        {
            return false;
        }
    }

    private sealed record Factor(string Name, string Operation, int[] Version)
    {
        public string Text => $"{Name}{Operation}{(Name == "brand" ? "tesla" : string.Join('.', Version))}";

        // What no file tells holds.
        public bool Holds => Name.ToLowerInvariant() switch
        {
            "cuda" => Compares(Cuda),
            "driver" => Compares(Driver),
            _ => true,
        };

        private bool Compares(int[] offered)
        {
            var longest = Math.Max(offered.Length, Version.Length);
            var comparison = Padded(offered, longest).Zip(Padded(Version, longest), (one, other) => one.CompareTo(other)).FirstOrDefault(result => result != 0);
            return Operation switch { "=" => comparison == 0, "!=" => comparison != 0, "<" => comparison < 0, "<=" => comparison <= 0, ">" => comparison > 0, _ => comparison >= 0 };
        }

        private static IEnumerable<int> Padded(int[] version, int length) => version.Concat(Enumerable.Repeat(0, length - version.Length));
    }
}
