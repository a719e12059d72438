using System.Reflection;
using System.Text.RegularExpressions;

namespace GpuRuntime.Security.Tests.Rows;

/// <summary>SECURITY.md's table of cases and these tests say the same: no case without a test, none whose test could not fail, no name of a test that is gone.</summary>
[Category(Table)]
public sealed partial class CaseTableRows
{
    private const string Table = "Table";
    private const string Control = "Control";

    private static readonly string[] Cases = [.. Enumerable.Range(1, 26).Select(static number => $"T{number}")];

    private static readonly Type[] Fixtures = [.. typeof(CaseTableRows).Assembly.GetTypes().Where(static type => !type.IsAbstract && TestsOf(type).Any())];

    [TestCaseSource(nameof(Cases))]
    public void A_case_has_a_test_and_a_control(string id)
    {
        var tests = Fixtures.SelectMany(TestsOf).Where(test => test.Contains(id)).ToList();

        Assert.That(tests, Is.Not.Empty);
        Assert.That(tests.Where(static test => test.Contains(Control)), Is.Not.Empty, "nothing shows that its tests can fail");
    }

    [Test]
    public void Every_test_is_of_a_case() =>
        Assert.That(Fixtures.Where(static fixture => TestsOf(fixture).Any(static test => !test.Overlaps(Cases) && !test.Contains(Table))).Select(static fixture => fixture.Name), Is.Empty);

    [TestCaseSource(nameof(Cases))]
    public void The_table_names_the_fixtures_of_a_case_and_no_others(string id)
    {
        var named = Rows()[id];
        var ours = named.Intersect(Fixtures.Select(static fixture => fixture.Name));
        var elsewhere = named.Except(Fixtures.Select(static fixture => fixture.Name));

        Assert.That(ours, Is.EquivalentTo(Fixtures.Where(fixture => TestsOf(fixture).Any(test => test.Contains(id))).Select(static fixture => fixture.Name)));
        Assert.That(elsewhere.Where(static name => Directory.GetFiles(Path.Combine(Repository.Root, "tests"), $"{name}.cs", SearchOption.AllDirectories).Length == 0), Is.Empty);
    }

    /// <summary>The names of fixtures in the table's rows, by case.</summary>
    private static Dictionary<string, string[]> Rows() => File.ReadLines(Path.Combine(Repository.Root, "SECURITY.md"))
        .Select(static line => Row().Match(line))
        .Where(static match => match.Success)
        .ToDictionary(static match => match.Groups[1].Value, static match => Fixture().Matches(match.Groups[2].Value).Select(static name => name.Groups[1].Value).Distinct().ToArray());

    /// <summary>The categories of each test, those of its fixture and its cases included.</summary>
    private static IEnumerable<HashSet<string>> TestsOf(Type type) =>
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
        where method.GetCustomAttributes().Any(static attribute => attribute is TestAttribute or TestCaseAttribute or TestCaseSourceAttribute)
        select (HashSet<string>)[.. Of(type), .. Of(method), .. method.GetCustomAttributes<TestCaseAttribute>().SelectMany(static test => test.Category?.Split(',') ?? [])];

    private static IEnumerable<string> Of(MemberInfo member) => member.GetCustomAttributes<CategoryAttribute>(inherit: true).Select(static category => category.Name);

    [GeneratedRegex(@"^\| (T\d+) \|(.*)\|$", RegexOptions.CultureInvariant)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+(?:Rows|Tests|Properties))`", RegexOptions.CultureInvariant)]
    private static partial Regex Fixture();
}
