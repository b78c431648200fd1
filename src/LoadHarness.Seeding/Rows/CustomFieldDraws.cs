using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Copying;

namespace LoadHarness.Seeding.Rows;

/// <summary>The <c>custom_fields</c> of a lead: text, number, truth and date values, skewed, each missing for some leads.</summary>
internal sealed class CustomFieldDraws(ulong seed, LeadDraws leads)
{
    private readonly FieldDraw _plan = FieldDraw.Of(seed, "leads", "custom plan");
    private readonly FieldDraw _score = FieldDraw.Of(seed, "leads", "custom score");
    private readonly FieldDraw _optIn = FieldDraw.Of(seed, "leads", "custom newsletter_opt_in");
    private readonly FieldDraw _country = FieldDraw.Of(seed, "leads", "custom country");
    private readonly FieldDraw _lastOrder = FieldDraw.Of(seed, "leads", "custom last_order_at");
    private readonly FieldDraw _lifetimeValue = FieldDraw.Of(seed, "leads", "custom lifetime_value");

    public void Encode(long lead, long createdAt, CopyBuffer buffer)
    {
        var field = buffer.BeginJson();
        var separator = (byte)'{';
        Plan(_plan.At(lead), buffer, ref separator);
        Score(_score.At(lead), buffer, ref separator);
        OptIn(_optIn.At(lead), buffer, ref separator);
        Country(_country.At(lead), buffer, ref separator);
        LastOrder(_lastOrder.At(lead), createdAt, buffer, ref separator);
        LifetimeValue(_lifetimeValue.At(lead), buffer, ref separator);
        if (separator == (byte)'{')
            buffer.Byte(separator);
        buffer.Byte((byte)'}');
        buffer.EndField(field);
    }

    private static bool Begin(ulong draw, uint percent, ReadOnlySpan<byte> key, CopyBuffer buffer, ref byte separator)
    {
        if (FieldDraw.Below(draw, 100) >= percent)
            return false;
        buffer.Byte(separator);
        buffer.Raw(key);
        separator = (byte)',';
        return true;
    }

    private static void Quoted(ReadOnlySpan<byte> text, CopyBuffer buffer)
    {
        buffer.Byte((byte)'"');
        buffer.Raw(text);
        buffer.Byte((byte)'"');
    }

    private void Plan(ulong draw, CopyBuffer buffer, ref byte separator)
    {
        if (Begin(draw, 80, "\"plan\":"u8, buffer, ref separator))
            Quoted(leads.Words.PlanTable.Pick(SplitMix64.Mix(draw)), buffer);
    }

    // The smaller of two even draws: most scores are low.
    private static void Score(ulong draw, CopyBuffer buffer, ref byte separator)
    {
        if (Begin(draw, 70, "\"score\":"u8, buffer, ref separator))
            buffer.Digits(Math.Min(FieldDraw.Below(SplitMix64.Mix(draw), 101), FieldDraw.Below(SplitMix64.Mix(draw + 1), 101)));
    }

    private static void OptIn(ulong draw, CopyBuffer buffer, ref byte separator)
    {
        if (Begin(draw, 60, "\"newsletter_opt_in\":"u8, buffer, ref separator))
            buffer.Raw(FieldDraw.Below(SplitMix64.Mix(draw), 100) < 65 ? "true"u8 : "false"u8);
    }

    private void Country(ulong draw, CopyBuffer buffer, ref byte separator)
    {
        if (Begin(draw, 90, "\"country\":"u8, buffer, ref separator))
            Quoted(leads.Words.CountryTable.Pick(SplitMix64.Mix(draw)), buffer);
    }

    // A day between the sign-up and the end of the window, as 2026-01-31.
    private void LastOrder(ulong draw, long createdAt, CopyBuffer buffer, ref byte separator)
    {
        if (!Begin(draw, 30, "\"last_order_at\":"u8, buffer, ref separator))
            return;
        var days = (uint)((leads.Calendar.End - createdAt) / SeedCalendar.Day) + 1;
        var time = leads.Calendar.Clamp(createdAt + (FieldDraw.Below(SplitMix64.Mix(draw), days) * SeedCalendar.Day));
        var day = SeedCalendar.Utc(time);
        buffer.Byte((byte)'"');
        buffer.Digits(day.Year);
        buffer.Byte((byte)'-');
        buffer.TwoDigits(day.Month);
        buffer.Byte((byte)'-');
        buffer.TwoDigits(day.Day);
        buffer.Byte((byte)'"');
    }

    // Cents: the product of two even draws, up to 9999.99, has many small and few large values.
    private static void LifetimeValue(ulong draw, CopyBuffer buffer, ref byte separator)
    {
        if (!Begin(draw, 25, "\"lifetime_value\":"u8, buffer, ref separator))
            return;
        var cents = (long)FieldDraw.Below(SplitMix64.Mix(draw), 1000) * FieldDraw.Below(SplitMix64.Mix(draw + 1), 1001);
        buffer.Digits(cents / 100);
        buffer.Byte((byte)'.');
        buffer.TwoDigits((int)(cents % 100));
    }
}
