using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Copying;

namespace LoadHarness.Seeding.Rows;

/// <summary>Rows of <c>leads</c>.</summary>
internal sealed class LeadEncoder(ulong seed, LeadDraws leads) : IRowEncoder
{
    // One lead in a thousand has a name, and one a company, about as long as forms let through.
    private const uint LongValuesPerThousand = 1;
    private const int LongValue = 200;

    private static readonly AliasTable TagCount = new([15, 30, 25, 15, 8, 5, 2]);

    private readonly SeededVocabulary _words = leads.Words;
    private readonly CustomFieldDraws _custom = new(seed, leads);
    private readonly FieldDraw _name = FieldDraw.Of(seed, "leads", "has name");
    private readonly FieldDraw _longName = FieldDraw.Of(seed, "leads", "long name");
    private readonly FieldDraw _phone = FieldDraw.Of(seed, "leads", "phone");
    private readonly FieldDraw _company = FieldDraw.Of(seed, "leads", "company");
    private readonly FieldDraw _position = FieldDraw.Of(seed, "leads", "position");
    private readonly FieldDraw _source = FieldDraw.Of(seed, "leads", "source");
    private readonly FieldDraw _tagCount = FieldDraw.Of(seed, "leads", "tag count");
    private readonly FieldDraw _tag = FieldDraw.Of(seed, "leads", "tag");
    private readonly FieldDraw _updated = FieldDraw.Of(seed, "leads", "updated_at");

    public string Table => "leads";

    public IReadOnlyList<SeedColumn> Columns { get; } =
    [
        new("id", "bigint"), new("workspace_id", "bigint"), new("email", "text"), new("name", "text"), new("phone", "text"),
            new("company", "text"),
        new("position", "text"), new("source", "text"), new("status", "text"), new("tags", "text[]"), new("custom_fields", "jsonb"),
        new("created_at", "timestamp with time zone"), new("updated_at", "timestamp with time zone"),
    ];

    public void Encode(long workspace, long lead, CopyBuffer buffer)
    {
        Span<byte> email = stackalloc byte[LeadDraws.LongestEmail];
        var createdAt = leads.CreatedAt(lead, out _);
        buffer.BeginRow((short)Columns.Count);
        buffer.Number(lead);
        buffer.Number(workspace);
        buffer.Text(email[..leads.WriteEmail(lead, email)]);
        Name(lead, buffer);
        Phone(_phone.At(lead), buffer);
        Company(_company.At(lead), buffer);
        Position(_position.At(lead), buffer);
        buffer.Text(_words.SourceTable.Pick(_source.At(lead)));
        buffer.Text(_words.StatusTable[leads.Status(lead)]);
        Tags(lead, buffer);
        _custom.Encode(lead, createdAt, buffer);
        buffer.Number(createdAt);
        buffer.Number(UpdatedAt(createdAt, _updated.At(lead)));
        buffer.EndRow();
    }

    // 4% have no name.
    private void Name(long lead, CopyBuffer buffer)
    {
        if (_name.Chance(lead, 40))
        {
            buffer.Null();
            return;
        }

        var field = buffer.BeginField();
        var last = _words.LastNameTable[leads.LastName(lead)];
        buffer.Raw(_words.FirstNameTable[leads.FirstName(lead)]);
        buffer.Byte((byte)' ');
        buffer.Raw(last);
        for (var length = last.Length; _longName.Chance(lead, LongValuesPerThousand) && length < LongValue; length += last.Length + 1)
        {
            buffer.Byte((byte)'-');
            buffer.Raw(last);
        }

        buffer.EndField(field);
    }

    // 45% left a telephone number.
    private static void Phone(ulong draw, CopyBuffer buffer)
    {
        if (FieldDraw.Below(draw, 100) >= 45)
        {
            buffer.Null();
            return;
        }

        var field = buffer.BeginField();
        buffer.Byte((byte)'+');
        buffer.Digits(FieldDraw.Below(SplitMix64.Mix(draw), 89) + 10);
        buffer.Byte((byte)' ');
        buffer.Digits(FieldDraw.Below(SplitMix64.Mix(draw + 1), 900_000_000) + 100_000_000);
        buffer.EndField(field);
    }

    // 70% say where they work.
    private void Company(ulong draw, CopyBuffer buffer)
    {
        var next = SplitMix64.Mix(draw);
        if (FieldDraw.Below(draw, 1000) >= 700)
        {
            buffer.Null();
            return;
        }

        var field = buffer.BeginField();
        var company = _words.CompanyTable.Pick(next);
        buffer.Raw(company);
        if (FieldDraw.Below(draw, 1000) < LongValuesPerThousand)
        {
            for (var length = company.Length; length < LongValue; length += company.Length + 3)
            {
                buffer.Raw(" / "u8);
                buffer.Raw(company);
            }
        }

        buffer.EndField(field);
    }

    // 60% say what they do.
    private void Position(ulong draw, CopyBuffer buffer)
    {
        if (FieldDraw.Below(draw, 100) < 60)
            buffer.Text(_words.PositionTable.Pick(SplitMix64.Mix(draw)));
        else
            buffer.Null();
    }

    // Draws that repeat a tag are dropped.
    private void Tags(long lead, CopyBuffer buffer)
    {
        Span<int> tags = stackalloc int[6];
        var count = 0;
        for (var wanted = TagCount.Pick(_tagCount.At(lead)); wanted > 0; wanted--)
        {
            var tag = _words.TagTable.PickIndex(_tag.At(lead, wanted));
            if (!tags[..count].Contains(tag))
                tags[count++] = tag;
        }

        var field = buffer.BeginTextArray(count);
        foreach (var tag in tags[..count])
            buffer.Text(_words.TagTable[tag]);
        buffer.EndField(field);
    }

    // A third were never changed; the others at any time since.
    private long UpdatedAt(long createdAt, ulong draw) =>
        FieldDraw.Below(draw, 3) == 0
            ? createdAt
            : createdAt + (long)(((UInt128)SplitMix64.Mix(draw) * (ulong)(leads.Calendar.End - createdAt)) >> 64);
}
