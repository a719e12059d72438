using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using GpuRuntime.Fuzz.Tests.Inputs;
using GpuRuntime.Linux.Loader;

namespace GpuRuntime.Fuzz.Tests.Properties;

/// <summary>Files with whatever notes in a section.</summary>
public sealed class ElfNoteProperties
{
    private const string Section = ".note.a";
    private const string Owner = "Owner";
    private const int HeaderSize = 64;
    private const int SectionSize = 64;

    private static Gen<Note> Notes =>
        from owner in Gen.Elements(Owner, "GNU", "", "Owner of another")
        from description in ArbMap.Default.GeneratorFor<byte[]>()
        select new Note(owner, description);

    [Test]
    public void The_first_note_of_an_owner_is_found_whatever_is_in_front_of_it()
    {
        using var file = new InputFile();
        Prop.ForAll(Notes.ListOf().ToArbitrary(), notes =>
        {
            var found = ElfNote.Read(file.Hold(Elf(notes)), Section, Owner);
            var wanted = notes.FirstOrDefault(note => note.Owner == Owner)?.Description;
            return wanted is null ? found is null : found.AsSpan().SequenceEqual(wanted);
        }).Check(Seed.Of(500));
    }

    [Test]
    public void A_file_that_is_cut_off_gives_the_note_or_nothing()
    {
        using var file = new InputFile();
        var cut = from note in Notes
                  from left in Gen.Choose(0, 400)
                  select (note with { Owner = Owner }, left);
        Prop.ForAll(cut.ToArbitrary(), pair =>
        {
            var whole = Elf([pair.Item1]);
            var found = ElfNote.Read(file.Hold(whole.AsSpan(0, Math.Min(pair.left, whole.Length))), Section, Owner);
            return found is null or [] || found.AsSpan().SequenceEqual(pair.Item1.Description);
        }).Check(Seed.Of(500));
    }

    // A header, the names of sections, the notes, and a table of three sections: none, names, notes.
    private static byte[] Elf(IEnumerable<Note> notes)
    {
        var names = Encoding.ASCII.GetBytes($"\0{Section}\0");
        byte[] content = [.. notes.SelectMany(note => note.Bytes())];
        var table = HeaderSize + names.Length + content.Length;
        var file = new byte[table + (3 * SectionSize)];
        byte[] header = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        header.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), 62);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(40), table);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(58), SectionSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(62), 1);
        names.CopyTo(file, HeaderSize);
        content.CopyTo(file, HeaderSize + names.Length);
        WriteSection(file.AsSpan(table + SectionSize), 0, HeaderSize, names.Length);
        WriteSection(file.AsSpan(table + (2 * SectionSize)), 1, HeaderSize + names.Length, content.Length);
        return file;
    }

    private static void WriteSection(Span<byte> section, int name, long offset, long size)
    {
        BinaryPrimitives.WriteInt32LittleEndian(section, name);
        BinaryPrimitives.WriteInt64LittleEndian(section[24..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(section[32..], size);
    }

    private sealed record Note(string Owner, byte[] Description)
    {
        public byte[] Bytes()
        {
            var owner = Encoding.ASCII.GetBytes(Owner + "\0");
            var start = 12 + Aligned(owner.Length);
            var note = new byte[start + Aligned(Description.Length)];
            BinaryPrimitives.WriteInt32LittleEndian(note, owner.Length);
            BinaryPrimitives.WriteInt32LittleEndian(note.AsSpan(4), Description.Length);
            owner.CopyTo(note, 12);
            Description.CopyTo(note, start);
            return note;
        }

        private static int Aligned(int size) => (size + 3) & ~3;
    }
}
