using GpuRuntime.Core.Requests;

namespace GpuRuntime.Core.Tests.Requests;

public sealed class ContainerEnvironmentTests
{
    [Test]
    public void The_last_entry_of_a_name_counts_because_the_user_comes_behind_the_image() =>
        Assert.That(new ContainerEnvironment(["NVIDIA_VISIBLE_DEVICES=all", "A=b", "NVIDIA_VISIBLE_DEVICES=0"])["NVIDIA_VISIBLE_DEVICES"], Is.EqualTo("0"));

    [Test]
    public void A_value_may_hold_an_equals_sign() => Assert.That(new ContainerEnvironment(["A=b=c"])["A"], Is.EqualTo("b=c"));

    [TestCase("NVIDIA_VISIBLE_DEVICES")]
    [TestCase("=all")]
    [TestCase("")]
    public void An_entry_without_a_name_or_an_equals_sign_is_no_variable(string entry)
    {
        var environment = new ContainerEnvironment([entry]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(environment["NVIDIA_VISIBLE_DEVICES"], Is.Null);
            Assert.That(environment[""], Is.Null);
        }
    }

    [Test]
    public void Empty_and_unset_differ()
    {
        var environment = new ContainerEnvironment(["EMPTY="]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(environment["EMPTY"], Is.Empty);
            Assert.That(environment["UNSET"], Is.Null);
            Assert.That(environment.IsSetAndNotEmpty("EMPTY"), Is.False);
        }
    }

    [Test]
    public void Variables_with_a_prefix_come_in_the_order_of_their_names() =>
        Assert.That(new ContainerEnvironment(["R_B=2", "X=0", "R_A=1"]).WithPrefix("R_").Select(variable => variable.Name), Is.EqualTo((string[])["R_A", "R_B"]));
}
