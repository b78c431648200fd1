using LoadHarness.Cli.Options;
using LoadHarness.Core;
using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests.Cli;

public sealed class OptionsCheckTests
{
    [Fact]
    public void Without_words_the_defaults_hold()
    {
        var options = OptionsCheck.Check(new(), []);

        Assert.Equal(200_000, options.Contacts);
        Assert.Equal("standard", options.Profile);
        Assert.IsType<DatabaseTarget.Auto>(options.Database);
    }

    [Fact]
    public void Every_wrong_word_is_named_in_one_message_without_passwords()
    {
        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(
            new()
            {
                Contacts = "abc",
                Profile = "nope",
                Seed = "x",
                Engine = "gatling",
                Settings = "fast",
                Pooler = "odyssey",
                Baseline = "absent.json",
                Database = "Host=127.0.0.1;Port=one;Password=secret",
            },
            ["Unrecognized command or argument 'Password=secret'."]));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        foreach (var word in (string[])["abc", "nope", "'x'", "gatling", "fast", "odyssey", "absent.json", "--database", "Unrecognized"]) Assert.Contains(word, fault.Message);
        Assert.DoesNotContain("secret", fault.Message);
    }

    [Fact]
    public void An_engine_that_this_build_does_not_hold_is_refused_with_the_way_to_it_and_its_licence()
    {
        if (LoadHarness.Cli.Pipeline.EngineCatalog.HasNBomber) Assert.Skip("This build holds NBomber.");

        var fault = Assert.Throws<HarnessException>(() => OptionsCheck.Check(new() { Engine = "nbomber" }, []));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("-p:UseNBomber=true", fault.Message, StringComparison.Ordinal);
        Assert.Contains("an organization needs a paid licence", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_is_a_given_database_and_its_text_holds_no_password()
    {
        var options = OptionsCheck.Check(new() { Database = "Host=127.0.0.1;Port=5432;Username=app;Password=secret" }, []);

        Assert.IsType<DatabaseTarget.Given>(options.Database);
        Assert.DoesNotContain("secret", $"{options.Database} {options}");
    }

    [Fact]
    public void Every_profile_that_ships_can_be_read()
    {
        var names = Scenarios.Profiles.ProfileCatalog.Names();

        // A file more in the folder is a profile more.
        Assert.Superset(new HashSet<string> { "calm", "nightly", "smoke", "soak", "standard" }, names.ToHashSet());
        Assert.All(names, name => Assert.Equal(name, Scenarios.Profiles.ProfileCatalog.Read(name).Name));
    }
}
