using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.UnitTests.Provisioning;

/// <summary>Addresses as services hand them out, with the words of libpq.</summary>
public sealed class PostgresUriTests
{
    private const string Address = "postgres://app:x@db.example/crm";

    [Theory]
    [InlineData("port=5433", "Port", "5433")]
    [InlineData("dbname=other", "Database", "other")]
    [InlineData("user=me", "Username", "me")]
    [InlineData("password=p%40ss%26", "Password", "p@ss&")]
    [InlineData("passfile=%2Fhome%2Fme%2F.pgpass", "Passfile", "/home/me/.pgpass")]
    [InlineData("require_auth=scram-sha-256", "Require Auth", "ScramSHA256")]
    [InlineData("require_auth=!password,!md5", "Require Auth", "!Password,!MD5")]
    [InlineData("channel_binding=require", "Channel Binding", "Require")]
    [InlineData("connect_timeout=7", "Timeout", "7")]
    [InlineData("client_encoding=UTF8", "Client Encoding", "UTF8")]
    [InlineData("options=-c%20geqo%3Doff", "Options", "-c geqo=off")]
    [InlineData("application_name=bench", "Application Name", "bench")]
    [InlineData("gssencmode=disable", "GSS Encryption Mode", "Disable")]
    [InlineData("krbsrvname=pg", "Kerberos Service Name", "pg")]
    [InlineData("sslmode=verify-full", "SSL Mode", "VerifyFull")]
    [InlineData("sslmode=verify-ca", "SSL Mode", "VerifyCA")]
    [InlineData("ssl=true", "SSL Mode", "Require")]
    [InlineData("sslmode=verify-full&ssl=true", "SSL Mode", "VerifyFull")]
    [InlineData("sslnegotiation=direct&sslmode=require", "SSL Negotiation", "Direct")]
    [InlineData("sslcert=client.crt", "SSL Certificate", "client.crt")]
    [InlineData("sslkey=client.key", "SSL Key", "client.key")]
    [InlineData("sslpassword=word", "SSL Password", "word")]
    [InlineData("sslrootcert=ca.crt", "Root Certificate", "ca.crt")]
    [InlineData("sslrootcert=system&sslmode=verify-full", "SSL Mode", "VerifyFull")]
    [InlineData("sslrootcert=ca.crt&sslmode=require", "SSL Mode", "VerifyCA")]
    [InlineData("sslrootcert=ca.crt&sslmode=verify-full", "SSL Mode", "VerifyFull")]
    [InlineData("Command%20Timeout=7", "Command Timeout", "7")]
    public void A_word_of_libpq_is_the_keyword_of_Npgsql(string parameters, string keyword, string value)
    {
        var parsed = GivenDatabase.Parse($"{Address}?{parameters}");

        Assert.Equal(value, $"{parsed[keyword]}");
        RequireTakenByNpgsql(parsed);
    }

    [Theory]
    [InlineData("fallback_application_name=psql")]
    [InlineData("keepalives=1&keepalives_idle=30&keepalives_interval=10&keepalives_count=3")]
    [InlineData("tcp_user_timeout=0")]
    [InlineData("sslcompression=0&sslsni=1")]
    [InlineData("gsslib=gssapi&gssdelegation=0")]
    [InlineData("load_balance_hosts=disable")]
    [InlineData("min_protocol_version=3.0&max_protocol_version=latest")]
    [InlineData("target_session_attrs=read-write")]
    [InlineData("target_session_attrs=any")]
    [InlineData("client_encoding=auto")]
    [InlineData("hostaddr=10.0.0.7")]
    [InlineData("sslmode=")]
    public void What_has_no_meaning_here_is_ignored(string parameters)
    {
        var parsed = GivenDatabase.Parse($"{Address}?{parameters}");

        Assert.Equal(GivenDatabase.Parse(Address).ConnectionString, parsed.ConnectionString);
        RequireTakenByNpgsql(parsed);
    }

    [Theory]
    [InlineData("sslcrl", "/my/hidden")]
    [InlineData("service", "hidden")]
    [InlineData("pgbouncer", "hidden")]
    [InlineData("target_session_attrs", "standby")]
    [InlineData("sslmode", "hidden")]
    [InlineData("sslmode", "3")]
    [InlineData("ssl", "maybe")]
    [InlineData("sslnegotiation", "direct")]
    [InlineData("connect_timeout", "soon")]
    [InlineData("require_auth", "oauth")]
    [InlineData("port", "70000")]
    public void What_cannot_be_taken_is_named_by_its_word_alone(string name, string value)
    {
        var refusal = RefusalOf($"{Address}?{name}={value}&application_name=me");

        Assert.Contains($"parameter {name}", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(value, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_word_is_told_the_nearest_one() =>
        Assert.Contains("Did you mean sslmode?", RefusalOf($"{Address}?slmode=require"), StringComparison.Ordinal);

    [Theory]
    [InlineData("postgres://app:x@[::1]:5433/crm", "::1", 5433)]
    [InlineData("postgresql://app:x@[2001:db8::1]/crm", "2001:db8::1", 5432)]
    [InlineData("postgres://db.example:6432/crm", "db.example", 6432)]
    [InlineData("POSTGRES://app@db.example", "db.example", 5432)]
    [InlineData("postgres://app:x@db.example?sslmode=require", "db.example", 5432)]
    [InlineData("postgres:///crm?host=/var/run/postgresql&port=5433", "/var/run/postgresql", 5433)]
    [InlineData("postgres://app:x@%2Fvar%2Frun%2Fpostgresql/crm", "/var/run/postgresql", 5432)]
    [InlineData("postgres:///crm?hostaddr=10.0.0.7", "10.0.0.7", 5432)]
    public void A_host_is_a_name_an_address_or_a_directory(string address, string host, int port)
    {
        var parsed = GivenDatabase.Parse(address);

        Assert.Equal((host, port), (parsed.Host, parsed.Port));
    }

    [Theory]
    [InlineData("postgres://app:p%40ss%2Fw%3Ard%25%3B%3D@h/crm", "p@ss/w:rd%;=")]
    [InlineData("postgres://app:p@ss@h/crm", "p@ss")]
    [InlineData("postgres://app:p:ss@h/crm", "p:ss")]
    [InlineData("postgres://app:p#s;s=@h/crm", "p#s;s=")]
    public void A_password_is_what_its_signs_stand_for(string address, string password)
    {
        var parsed = GivenDatabase.Parse(address);

        Assert.Equal(("app", password, "h", "crm"), (parsed.Username, parsed.Password, parsed.Host, parsed.Database));
    }

    [Theory]
    [InlineData("postgres://app:secret@a:5432,b:5433/crm")]
    [InlineData("postgres://app:secret@a,b/crm?target_session_attrs=read-write")]
    [InlineData("postgres://app:secret@/crm?host=a,b")]
    public void Several_hosts_are_refused_as_that(string address)
    {
        var refusal = RefusalOf(address);

        Assert.Contains("several hosts", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal, StringComparison.Ordinal);
    }

    // What is no parameter may be the rest of a password.
    [Theory]
    [InlineData("postgres://app:12/secret@h/crm")]
    [InlineData("postgres://app:12/a?secret=x@h/crm")]
    [InlineData("postgres://app:p@s?secret@h/crm")]
    [InlineData("postgres://app:se/secret@h/crm?sslmode=require")]
    [InlineData("postgres://app@[::1:5433/secret")]
    public void An_address_that_cannot_be_read_is_not_repeated(string address)
    {
        var refusal = RefusalOf(address);

        Assert.Contains("cannot be read", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal, StringComparison.Ordinal);
    }

    private static string RefusalOf(string address)
    {
        var refusal = Assert.Throws<HarnessException>(() => GivenDatabase.Parse(address));
        Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
        return refusal.Message;
    }

    // Some words are refused not when they are set, but when a session is made of them.
    private static void RequireTakenByNpgsql(NpgsqlConnectionStringBuilder parsed)
    {
        using var session = SingleSession.To(parsed);
        Assert.NotNull(session);
    }
}
