using System.Text;
using GpuRuntime.Core.Errors;
using GpuRuntime.Core.Oci;

namespace GpuRuntime.Core.Tests.Oci;

public sealed class ContainerStateTests
{
    [TestCase("""{"ociVersion":"1.0.2","id":"c1","status":"creating","pid":4711,"bundle":"/run/b","annotations":{}}""", "runc")]
    [TestCase("""{"ociVersion":"1.0","id":"c1","pid":4711,"root":"/r","bundle":"/run/b","status":"created","unknown":[1,{}]}""", "crun, and members that nobody knows")]
    [TestCase("""{"version":"0.2","id":"c1","pid":4711,"bundlePath":"/run/b"}""", "runc of old")]
    public void What_runtimes_write_is_understood(string text, string writer) =>
        Assert.That(Parse(text), Is.EqualTo(new ContainerState("c1", 4711, "/run/b")), writer);

    [TestCase("", "empty")]
    [TestCase(" ", "JSON")]
    [TestCase("garbage", "JSON")]
    [TestCase("{", "JSON")]
    [TestCase("[]", "object")]
    [TestCase("{}", "pid")]
    [TestCase("""{"pid":0,"bundle":"/b"}""", "pid")]
    [TestCase("""{"pid":-1,"bundle":"/b"}""", "pid")]
    [TestCase("""{"pid":"4711","bundle":"/b"}""", "pid")]
    [TestCase("""{"pid":2147483648,"bundle":"/b"}""", "pid")]
    [TestCase("""{"pid":1.5,"bundle":"/b"}""", "pid")]
    [TestCase("""{"pid":4711}""", "bundle")]
    [TestCase("""{"pid":4711,"bundle":""}""", "bundle")]
    [TestCase("""{"pid":4711,"bundle":"relative"}""", "bundle")]
    [TestCase("""{"pid":4711,"bundle":7}""", "bundle")]
    [TestCase("{\"pid\":4711,\"bundle\":\"/b\\u0000c\"}", "bundle")]
    [TestCase("""{"pid":1,"pid":2,"bundle":"/b"}""", "pid")]
    public void Anything_else_is_refused_in_one_sentence(string text, string named)
    {
        var refusal = Assert.Throws<GpuRuntimeException>(() => Parse(text))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Code, Is.EqualTo(ErrorCode.HookStateInvalid));
            Assert.That(refusal.Message, Does.StartWith("The container's state on standard input ").And.Contain(named).And.EndWith("."));
        }
    }

    private static ContainerState Parse(string text) => ContainerState.Parse(Encoding.UTF8.GetBytes(text));
}
