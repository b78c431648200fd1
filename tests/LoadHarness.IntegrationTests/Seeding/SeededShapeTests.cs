namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>The documented shapes, on the rows that a seeding leaves in the tables.</summary>
public sealed class SeededShapeTests(SeededRowsFixture rows) : IClassFixture<SeededRowsFixture>
{
    // How much a list's first ranks are flattened: a word of rank r has the weight 1 / (r + flatten).
    private const int CompaniesFlattened = 10;

    [Theory]
    [InlineData("Tags", "select unnest(tags) from leads", 0)]
    [InlineData("Companies", "select split_part(company, ' / ', 1) from leads where company is not null", CompaniesFlattened)]
    [InlineData("E-mail domains", "select split_part(email, '@', 2) from leads", 0)]
    public async Task Words_follow_Zipfs_law_with_an_exponent_of_one(string what, string words, int flattened)
    {
        var counts = await rows.NumbersAsync($"select count(*) from ({words}) as w (word) group by word order by count(*) desc limit 50");
        var exponent = -Slope([.. Enumerable.Range(1, counts.Count).Select(rank => Math.Log(rank + flattened))],
            [.. counts.Select(count => Math.Log(count))]);
        Assert.True(exponent is > 0.9 and < 1.1, $"{what}: exponent {exponent:0.000}");
    }

    [Fact]
    public async Task Sign_ups_grow_by_four_percent_of_the_first_month_every_month_over_24_months()
    {
        var months = await rows.NumbersAsync(
            """
            select count(*) from leads
            group by date_trunc('month', created_at at time zone 'UTC')
            order by date_trunc('month', created_at at time zone 'UTC')
            """);
        Assert.Equal(24, months.Count);
        var slope = Slope([.. Enumerable.Range(0, 24).Select(month => (double)month)], [.. months]);
        // Month m brings 100 + 4m parts of 3,504.
        Assert.InRange(slope / months.Sum() * 3504, 3.5, 4.5);
        Assert.InRange(months[^1] / months[0], 1.6, 2.3);
    }

    [Fact]
    public async Task An_open_follows_a_delivery_and_a_click_an_open_each_with_its_activity()
    {
        Assert.Equal(0, await rows.NumberAsync(
            """
            select count(*) from email_sends
            where (sent_at is not null and sent_at < created_at)
               or (delivered_at is not null and (sent_at is null or delivered_at < sent_at))
               or (opened_at is not null and (delivered_at is null or opened_at < delivered_at))
               or (clicked_at is not null and (opened_at is null or clicked_at < opened_at))
            """));
        Assert.Equal(0, await rows.NumberAsync(
            """
            select count(*)
            from (select lead_id, campaign_id, created_at from lead_activities where activity_type = 'email_opened') a
            full join (select lead_id, campaign_id, opened_at from email_sends where opened_at is not null) s
                on s.lead_id = a.lead_id and s.campaign_id = a.campaign_id and s.opened_at = a.created_at
            where a.lead_id is null or s.lead_id is null
            """));
        Assert.InRange(await rows.NumberAsync("select count(clicked_at)::float8 / count(opened_at) from email_sends"), 0.15, 0.35);
        Assert.InRange(await rows.NumberAsync("select count(*)::float8 from lead_activities where activity_type = 'email_opened'"), 1_000,
            1_000_000);
    }

    [Fact]
    public async Task Names_come_in_several_scripts()
    {
        foreach (var (script, letters) in new[] { ("Latin letters with marks", "[À-ž]"), ("Cyrillic", "[А-я]"),
            ("Han or kana", "[ぁ-ヿ一-龥]") })
        {
            var share = await rows.NumberAsync($"select count(*) filter (where name ~ '{letters}')::float8 / count(*) from leads");
            Assert.True(share is > 0.005 and < 0.5, $"{script}: {share:0.0000} of the names");
        }
    }

    [Fact]
    public async Task One_value_in_a_thousand_is_as_long_as_forms_let_through()
    {
        Assert.InRange(await rows.NumberAsync("select count(*) filter (where length(name) > 100)::float8 / count(*) from leads"), 0.0003,
            0.002);
        Assert.InRange(await rows.NumberAsync("select count(*) filter (where length(company) > 150)::float8 / count(*) from leads"), 0.0003,
            0.002);
        Assert.InRange(await rows.NumberAsync("select count(*) filter (where position('@' in email) > 50)::float8 / count(*) from leads"),
            0.0003, 0.002);
        Assert.InRange(await rows.NumberAsync("select max(octet_length(name)) from leads"), 200, 512);
        Assert.InRange(await rows.NumberAsync("select max(octet_length(company)) from leads"), 200, 512);
        Assert.InRange(await rows.NumberAsync("select max(position('@' in email)) - 1 from leads"), 51, 64);
    }

    [Theory]
    [InlineData("plan", "string", 0.80)]
    [InlineData("country", "string", 0.90)]
    [InlineData("score", "number", 0.70)]
    [InlineData("lifetime_value", "number", 0.25)]
    [InlineData("newsletter_opt_in", "boolean", 0.60)]
    public async Task A_custom_field_has_one_type_and_is_missing_where_it_should_be(string field, string type, double share)
    {
        Assert.Equal(0, await rows.NumberAsync(
            $"select count(*) from leads where custom_fields ? '{field}' and jsonb_typeof(custom_fields -> '{field}') <> '{type}'"));
        Assert.Equal(share, await rows.NumberAsync(
            $"select count(*) filter (where custom_fields ? '{field}')::float8 / count(*) from leads"), 0.015);
    }

    [Fact]
    public async Task Custom_numbers_and_plans_are_skewed_to_the_low_end()
    {
        Assert.InRange(await rows.NumberAsync("select avg((custom_fields ->> 'score')::float8) from leads"), 31, 36);
        Assert.InRange(await rows.NumberAsync(
            """
            select percentile_cont(0.5) within group (order by (custom_fields ->> 'lifetime_value')::float8)
                / avg((custom_fields ->> 'lifetime_value')::float8)
            from leads
            """), 0.6, 0.85);
        Assert.InRange(await rows.NumberAsync(
            "select count(*) filter (where custom_fields ->> 'plan' = 'free')::float8 / count(custom_fields ->> 'plan') from leads"),
            0.58, 0.62);
    }

    [Theory]
    [InlineData(
        "Lead status", "active", "select count(*) filter (where status = 'active')::float8 / count(*) from leads where workspace_id = 1")]
    [InlineData("Tags", "newsletter",
        """
        select count(*) filter (where tag = 'newsletter')::float8 / count(*)
        from (select unnest(tags) as tag from leads where workspace_id = 1) as t
        """)]
    [InlineData("Sign-ups by month", "2026-10",
        "select count(*) filter (where created_at >= '2026-10-01+00')::float8 / count(*) from leads where workspace_id = 1")]
    [InlineData("Custom field opt-in", "true",
        """
        select count(*) filter (where custom_fields ->> 'newsletter_opt_in' = 'true')::float8 / count(*)
        from leads
        where workspace_id = 1
        """)]
    [InlineData("Script of names", "Cyrillic",
        "select count(*) filter (where name ~ '[А-я]')::float8 / count(*) from leads where workspace_id = 1")]
    [InlineData("Hours from delivery to open", " 0",
        """
        select count(*) filter (where opened_at < delivered_at + interval '1 hour')::float8 / count(*)
        from email_sends
        where workspace_id = 1 and opened_at is not null
        """)]
    public async Task The_reports_picture_shows_the_share_that_the_table_holds(string picture, string label, string share)
    {
        var sample = rows.Manifest.Distributions.Single(distribution => distribution.Name == picture);
        Assert.Equal(await rows.NumberAsync(share), sample.Shares[sample.Labels.ToList().IndexOf(label)], 1e-9);
    }

    // Long tails are cut at 20 labels.
    [Fact]
    public void Each_documented_shape_has_a_picture_with_all_its_labels()
    {
        (string, int)[] shapes =
        [
            ("Lead status", 4), ("Lead source", 7), ("Sign-ups by month", 24), ("Tags", 20), ("Tags a lead", 7), ("Companies", 20),
            ("E-mail domains", 20), ("Script of names", 5), ("Length of names", 5), ("Custom field plan", 5), ("Custom field country", 20),
            ("Custom field score", 12), ("Custom field opt-in", 3), ("Send status", 8), ("Sends by month", 24),
            ("Hours from delivery to open", 48), ("Activity type", 5),
        ];
        Assert.Equal(shapes, rows.Manifest.Distributions.Select(distribution => (distribution.Name, distribution.Labels.Count)));
        Assert.All(rows.Manifest.Distributions, distribution => Assert.InRange(distribution.Shares.Sum(), 0.05, 1.000001));
    }

    [Fact]
    public void Opens_spread_over_two_days_and_fall_with_every_twelve_hours()
    {
        var opens = rows.Manifest.Distributions.Single(distribution => distribution.Name == "Hours from delivery to open");

        Assert.Equal(Enumerable.Range(0, 48).Select(hour => $"{hour,2}"), opens.Labels);
        // The delay is the square of an even draw: the share of the first hours is the root of their part of the two days.
        foreach (var hours in new[] { 1, 12, 24, 36 })
            Assert.Equal(Math.Sqrt(hours / 48.0), opens.Shares.Take(hours).Sum(), 0.02);
    }

    private static double Slope(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
