using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

public sealed class ByteSizeTests
{
    [TestCase("1", 1)]
    [TestCase("1073741824", 1L << 30)]
    [TestCase("10b", 10)]
    [TestCase("2GB", 2_000_000_000)]
    [TestCase("2gb", 2_000_000_000)]
    [TestCase("2Gb", 2_000_000_000)]
    [TestCase("2 GB", 2_000_000_000)]
    [TestCase("2GiB", 2L << 30)]
    [TestCase("2gib", 2L << 30)]
    [TestCase("2Gi", 2L << 30)]
    [TestCase("2g", 2L << 30)]
    [TestCase("2G", 2L << 30)]
    [TestCase("512m", 512L << 20)]
    [TestCase("512MiB", 512L << 20)]
    [TestCase("512MB", 512_000_000)]
    [TestCase("4k", 4096)]
    [TestCase("4KB", 4000)]
    [TestCase("4KiB", 4096)]
    [TestCase("1t", 1L << 40)]
    [TestCase("1TB", 1_000_000_000_000)]
    [TestCase("1.5GiB", 3L << 29)]
    [TestCase("0.5g", 1L << 29)]
    [TestCase(" 2GB ", 2_000_000_000)]
    public void An_amount_has_a_number_and_a_unit(string text, long bytes) => Assert.That(ByteSize.Parse(text).Bytes, Is.EqualTo(bytes));

    [TestCase("")]
    [TestCase("GB")]
    [TestCase("0")]
    [TestCase("0.1")]
    [TestCase("0.0GB")]
    [TestCase("-1g")]
    [TestCase("+1g")]
    [TestCase("1e9")]
    [TestCase("1,5g")]
    [TestCase("1.2.3")]
    [TestCase("2GBit")]
    [TestCase("2PB")]
    [TestCase("2G B")]
    [TestCase("two")]
    [TestCase("\u0662GB")]
    [TestCase("99999999999999999999999")]
    [TestCase("5000000TiB")]
    [TestCase("0x10")]
    public void What_is_no_amount_is_none(string text) => Assert.That(ByteSize.Parse(text).Bytes, Is.Null);

    [TestCase("2GB", 1907)]
    [TestCase("2GiB", 2048)]
    [TestCase("2048MiB", 2048)]
    [TestCase("2G", 2048, Description = "as docker run -m, not as Kubernetes")]
    [TestCase("1.5g", 1536)]
    [TestCase("6GB", 5722)]
    public void Limits_count_in_whole_MiB_and_round_down(string text, long mebibytes) => Assert.That(ByteSize.Parse(text).Bytes >> 20, Is.EqualTo(mebibytes));

    [TestCase("", "is empty")]
    [TestCase("-2GB", "is negative")]
    [TestCase("99999999999999999999TiB", "is more than any memory has")]
    [TestCase("18446744073709551616", "is more than any memory has")]
    [TestCase("2XB", "has the unknown unit \"XB\"")]
    [TestCase("2GB2MB", "has the unknown unit \"GB2MB\"")]
    [TestCase("1.5", "is not a whole number of bytes")]
    [TestCase("0.0000000001GiB", "is not a whole number of bytes")]
    [TestCase("0", "is nothing")]
    [TestCase("GB", "does not begin with a number")]
    public void What_is_no_amount_says_why(string text, string problem) => Assert.That(ByteSize.Parse(text), Is.EqualTo(new ByteSize(null, problem)));

    [Test]
    public void No_text_throws_and_every_amount_is_positive() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => ByteSize.Parse(text ?? "").Bytes is null or >= 1).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Test]
    public void Bytes_without_a_unit_read_back_as_they_are()
    {
        var amounts = from high in Gen.Choose(0, 1 << 30)
                      from low in Gen.Choose(1, int.MaxValue)
                      select ((long)high << 31) | (long)low;

        Prop.ForAll(amounts.ToArbitrary(), bytes => ByteSize.Parse(bytes.ToString(CultureInfo.InvariantCulture)).Bytes == bytes).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
