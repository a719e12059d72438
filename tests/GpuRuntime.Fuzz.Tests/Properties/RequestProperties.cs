using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>A request means the same however it is written down.</summary>
public sealed class RequestProperties
{
    private static Gen<string[]> Fields =>
        from devices in Gen.Elements("device=0,1", "device=amd:0,intel:0", "device=GPU-8f2c0000,0000:3b:00.0", "count=2", "device=0-3,5")
        from capabilities in Gen.Elements("", "capabilities=compute,utility", "capabilities=gpu")
        from memory in Gen.Elements("", "memory=2GiB", "memory=1500m")
        from compute in Gen.Elements("", "compute=50%")
        from mode in Gen.Elements("", "mode=exclusive", "mode=shared")
        from order in Gen.Shuffle((string[])[devices, capabilities, memory, compute, mode])
        select order.Where(item => item.Length > 0).ToArray();

    [Test]
    public void Order_white_space_and_quotes_change_nothing()
    {
        var cases = from fields in Fields
                    from again in Gen.Shuffle(fields)
                    from space in Gen.Elements("", " ", "\t", "  ")
                    select (fields, Other: string.Join($"{space},{space}", again.Select(item => $"\"{item}\"")), space);
        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            var plain = Told(string.Join(',', pair.fields));
            Assert.That(Told(pair.Other), Is.EqualTo(plain));
            Assert.That(Told(pair.space + string.Join(',', pair.fields) + pair.space), Is.EqualTo(plain));
        }).Check(Seed.Of(500));
    }

    [Test]
    public void An_amount_of_memory_is_the_number_times_its_unit()
    {
        (string Name, long Bytes)[] units = [("", 1), ("b", 1), ("k", 1L << 10), ("KiB", 1L << 10), ("kB", 1000), ("M", 1L << 20), ("mb", 1_000_000), ("GiB", 1L << 30), ("GB", 1_000_000_000), ("Ti", 1L << 40)];
        var cases = from number in Gen.Choose(1, 1_000_000)
                    from unit in Gen.Elements(units.AsEnumerable())
                    from space in Gen.Elements("", " ")
                    select (number, unit, space);
        Prop.ForAll(cases.ToArbitrary(), pair => ByteSize.Parse($"{pair.number}{pair.space}{pair.unit.Name}").Bytes == pair.number * pair.unit.Bytes).Check(Seed.Of(500));
    }

    private static string Told(string text)
    {
        var request = RequestGrammar.Parse(text, "--gpus")!;
        return $"{string.Join(' ', request.Selectors)}|{string.Join(' ', request.Capabilities ?? [])}|{request.MemoryLimitBytes}|{request.ComputePercent}|{request.Mode}";
    }
}
