using System.Text;
using GpuRuntime.Core.Errors;

namespace GpuRuntime.Core.Tests.Engines;

/// <summary>The same files with a letter too many, too few or another one: refused, or configured so that the way back is exact.</summary>
[TestFixtureSource(typeof(GoldenCase), nameof(GoldenCase.All))]
public sealed class MutatedConfigurationTests(GoldenCase golden)
{
    private const int Mutations = 60;
    private const string Letters = "\"'{}[]=,.#:\\ \t\r\n\0a1é\ufeff";

    [Test]
    public void No_letter_makes_it_fail_in_another_way_than_by_a_sentence()
    {
        var random = new Random(golden.Name.Length);
        for (var count = 0; count < Mutations && golden.Before is { Length: > 0 } before; count++)
        {
            var text = Encoding.UTF8.GetString(before);
            var at = random.Next(text.Length);
            var letter = Letters[random.Next(Letters.Length)].ToString();
            var mutated = Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, at), random.Next(3) == 0 ? "" : letter, text.AsSpan(at + random.Next(2))));
            var directory = new EngineDirectory(golden.Kind) { Main = mutated };
            try
            {
                directory.Configure(golden.IsDefault, golden.Cdi);
            }
            catch (GpuRuntimeException exception)
            {
                Assert.That(exception.Code, Is.EqualTo(ErrorCode.EngineConfigurationInvalid).Or.EqualTo(ErrorCode.EngineConfigurationTaken));
                Assert.That(directory.Paths, Has.Exactly(1).Items);
                continue;
            }

            Assert.That(directory.Configure(golden.IsDefault, golden.Cdi).Changes, Is.Empty, Encoding.UTF8.GetString(mutated));
            directory.Remove();
            Assert.That(directory.Main, Is.EqualTo(mutated), Encoding.UTF8.GetString(mutated));
            Assert.That(directory.Paths, Has.Exactly(1).Items);
        }
    }
}
