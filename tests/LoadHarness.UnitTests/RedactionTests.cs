using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("Host=a;Password=secret;Port=1")]
    [InlineData("host=a;PASSWORD = secret")]
    [InlineData("Host=a;Pwd=secret")]
    [InlineData("Host=a;Password='se;cret secret'")]
    [InlineData("Host=a;Password=\"secret ; secret\";Port=1")]
    [InlineData("Host=a;Password=top secret")]
    [InlineData("Host=a;SSL Password=secret")]
    [InlineData("Host=a;PSW=secret")]
    [InlineData("Host=a;Password='it''s;secret'")]
    [InlineData("Host=a;Password=\"a\"\"b;secret\"")]
    [InlineData("Host=a;Password=ab'secret")]
    [InlineData("Host=a;Password=ab' secret;Port=1")]
    [InlineData("Host=a;Password=\"not closed secret")]
    [InlineData("--b 'db:Host=a;Password=it's secret': no answer")]
    [InlineData("PGPASSWORD=secret psql")]
    [InlineData("postgres://app:secret@host/db")]
    [InlineData("postgresql://app:se/cr:et-secret@host/db")]
    public void A_password_is_masked_in_every_form(string text) => Assert.DoesNotContain("secret", Redaction.Of(text));

    [Fact]
    public void What_is_no_password_stays() =>
        Assert.Equal("Host=a;Password=***;Port=1 at http://x/y", Redaction.Of("Host=a;Password=b;Port=1 at http://x/y"));

    [Fact]
    public void A_text_that_quotes_a_connection_keeps_its_own_words() =>
        Assert.Equal("--b 'db:Host=a;Password=***': no answer", Redaction.Of("--b 'db:Host=a;Password=b': no answer"));
}
