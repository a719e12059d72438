using GpuRuntime.Core.Inventory;

namespace GpuRuntime.Core.Tests.Inventory;

public sealed class CharacterMajorsTests
{
    private const string Devices = "Character devices:\n  1 mem\n  4 /dev/vc/0\n195 nvidia\n195 nvidiactl\n226 drm\n507 nvidia-uvm\n\nBlock devices:\n  7 loop\n508 nvidia-caps\n";

    [TestCase("mem", 1u)]
    [TestCase("nvidia", 195u)]
    [TestCase("nvidiactl", 195u)]
    [TestCase("nvidia-uvm", 507u)]
    [TestCase("/dev/vc/0", 4u)]
    [TestCase("nvidia-caps", null)]
    [TestCase("loop", null)]
    [TestCase("nvid", null)]
    [TestCase("", null)]
    public void A_driver_is_found_by_its_whole_name_among_the_character_devices(string name, uint? major) => Assert.That(CharacterMajors.Parse(Devices)[name], Is.EqualTo(major));

    [TestCase("")]
    [TestCase("Character devices:\n nvidia-uvm\nx nvidia-uvm\n-1 nvidia-uvm\n99999999999 nvidia-uvm")]
    public void A_broken_list_registers_nothing(string text) => Assert.That(CharacterMajors.Parse(text)["nvidia-uvm"], Is.Null);
}
