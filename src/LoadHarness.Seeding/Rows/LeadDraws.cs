namespace LoadHarness.Seeding.Rows;

/// <summary>What other tables need to know of a lead, drawn without reading it. Safe for concurrent callers.</summary>
internal sealed class LeadDraws(ulong seed, SeedCalendar calendar)
{
    public const int LongestEmail = 128;

    // One address in a thousand has a long local part: this and the digits of the id stay within the 64 bytes of RFC 5321.
    private const uint LongEmailsPerThousand = 1;
    private const int LongNamePart = 50;

    private readonly FieldDraw _first = FieldDraw.Of(seed, "leads", "first name");
    private readonly FieldDraw _last = FieldDraw.Of(seed, "leads", "last name");
    private readonly FieldDraw _domain = FieldDraw.Of(seed, "leads", "domain");
    private readonly FieldDraw _longEmail = FieldDraw.Of(seed, "leads", "long email");
    private readonly FieldDraw _status = FieldDraw.Of(seed, "leads", "status");
    private readonly FieldDraw _created = FieldDraw.Of(seed, "leads", "created_at");

    public SeededVocabulary Words { get; } = SeededVocabulary.For(seed);

    public SeedCalendar Calendar => calendar;

    public int FirstName(long id) => Words.FirstNameTable.PickIndex(_first.At(id));

    public int LastName(long id) => Words.LastNameTable.PickIndex(_last.At(id));

    public int Status(long id) => Words.StatusTable.PickIndex(_status.At(id));

    public long CreatedAt(long id, out int month) => calendar.SignUp(_created.At(id), out month);

    /// <summary>Unique because the id ends the local part, and words hold no digits. Lower-case ASCII.</summary>
    /// <param name="target">At least <see cref="LongestEmail"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public int WriteEmail(long id, Span<byte> target)
    {
        var first = Words.FirstSlugs[FirstName(id)];
        var last = Words.LastSlugs[LastName(id)];
        first.CopyTo(target);
        target[first.Length] = (byte)'.';
        last.CopyTo(target[(first.Length + 1)..]);
        var end = first.Length + 1 + last.Length;
        if (_longEmail.Chance(id, LongEmailsPerThousand))
        {
            target[end..LongNamePart].Fill((byte)'x');
            end = LongNamePart;
        }

        System.Buffers.Text.Utf8Formatter.TryFormat(id, target[end..], out var digits);
        end += digits;
        target[end++] = (byte)'@';
        var domain = Words.DomainTable.Pick(_domain.At(id));
        domain.CopyTo(target[end..]);
        return end + domain.Length;
    }
}
