using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.UnitTests.Input;

public sealed class ProfileFileTests : IDisposable
{
    private const string Good = """
        {
          // Comments are allowed.
          "name": "mine", "description": "One scenario.",
          "leadQueries": { "ratePerSecond": 20.5, "warmUp": "1s", "during": "1m30s", "maxInFlight": 20 },
          "bulkImport": { "rows": 500, "repetitions": 1, "knownPercent": 100 }
        }
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_anywhere_is_a_profile_and_its_durations_have_units()
    {
        var profile = ProfileCatalog.Find(Written(Good), out var faults);

        Assert.Empty(faults);
        Assert.Equal(TimeSpan.FromSeconds(90), profile!.LeadQueries!.During);
    }

    [Theory]
    [InlineData("20.5", "-5", "leadQueries.ratePerSecond", "-5", "from 0.001 to 1000000")]
    [InlineData("20.5", "0", "leadQueries.ratePerSecond", "0", "from 0.001")]
    [InlineData("20.5", "1e99", "leadQueries.ratePerSecond", "1e99", "from 0.001")]
    [InlineData("20.5", "\"NaN\"", "leadQueries.ratePerSecond", "NaN", "a number")]
    [InlineData("20.5", "\"20\"", "leadQueries.ratePerSecond", "\"20\"", "a number")]
    [InlineData("20.5", "null", "leadQueries.ratePerSecond", "null", "a number")]
    [InlineData("\"1m30s\"", "\"90\"", "leadQueries.during", "\"90\"", "with its unit")]
    [InlineData("\"1m30s\"", "90", "leadQueries.during", "90", "with its unit")]
    [InlineData("\"1m30s\"", "\"\"", "leadQueries.during", "\"\"", "with its unit")]
    [InlineData("\"1m30s\"", "\"-90s\"", "leadQueries.during", "-90s", "with its unit")]
    [InlineData("\"1m30s\"", "\"90:00\"", "leadQueries.during", "90:00", "with its unit")]
    [InlineData("\"1m30s\"", "\"365d\"", "leadQueries.during", "365d", "to 604800 s")]
    [InlineData("\"1m30s\"", "\"0s\"", "leadQueries.during", "0s", "from 0.1")]
    [InlineData("500", "0", "bulkImport.rows", "0", "from 1 to")]
    [InlineData("500", "-5", "bulkImport.rows", "-5", "from 1 to")]
    [InlineData("500", "1.5", "bulkImport.rows", "1.5", "a whole number")]
    [InlineData("500", "99999999999", "bulkImport.rows", "99999999999", "from 1 to")]
    [InlineData("\"knownPercent\": 100", "\"knownPercent\": 150", "bulkImport.knownPercent", "150", "from 0 to 100")]
    [InlineData("\"knownPercent\": 100", "\"repetitions\": 2", "bulkImport.repetitions", "twice", "Keep one")]
    [InlineData("\"bulkImport\"", "\"leadQueries\"", "leadQueries", "twice", "Keep one")]
    [InlineData("\"bulkImport\"", "\"bulkImports\"", "bulkImports", "no such field", "Did you mean 'bulkImport'?")]
    [InlineData("\"maxInFlight\"", "\"maxInflght\"", "leadQueries.maxInflght", "no such field", "Did you mean 'maxInFlight'?")]
    [InlineData("\"maxInFlight\": 20", "\"maxInFlight\": 20, \"maxInFlight\": 21", "leadQueries.maxInFlight", "twice", "Keep one")]
    [InlineData(", \"maxInFlight\": 20", "", "leadQueries.maxInFlight", "missing", "a whole number")]
    [InlineData("\"mine\"", "\"smoke\"", "name", "smoke", "\"mine\", as the file is called")]
    [InlineData("\"mine\"", "7", "name", "7", "a text")]
    public void A_wrong_value_is_refused_with_its_file_field_value_and_what_is_allowed(
        string good, string bad, string field, string value, string allowed)
    {
        var path = Written(Good.Replace(good, bad, StringComparison.Ordinal));

        Assert.Null(ProfileCatalog.Find(path, out var faults));

        Assert.Contains(faults, fault => fault.StartsWith($"{path}: {field}: ", StringComparison.Ordinal)
            && fault.Contains(value, StringComparison.Ordinal) && fault.Contains(allowed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("15s", true)]
    [InlineData("15001ms", false)]
    public void Users_who_stay_shorter_than_they_think_are_refused(string thinkTime, bool isAllowed)
    {
        var path = Written($$"""
            {
              "name": "mine", "description": "Users.",
              "mixedUsers": {
                "users": 1000, "thinkTime": "{{thinkTime}}", "imports": 1, "importRows": 100, "campaigns": 1, "campaignRecipients": 100,
                "warmUp": "0s", "during": "15s"
              }
            }
            """);

        Assert.Equal(isAllowed, ProfileCatalog.Find(path, out var faults) is not null);

        if (!isAllowed)
            Assert.Equal($"{path}: mixedUsers.thinkTime: it is 15.001 s, and the users stay 15 s: some would never send. "
                + "Allowed: up to 15 s, as during says.", Assert.Single(faults));
    }

    [Fact]
    public void Every_fault_of_a_file_is_named_at_once()
    {
        var path = Written(Good.Replace("20.5", "-1", StringComparison.Ordinal).Replace("\"1m30s\"", "\"90\"", StringComparison.Ordinal)
            .Replace("500", "0", StringComparison.Ordinal).Replace("\"mine\"", "\"other\"", StringComparison.Ordinal));

        ProfileCatalog.Find(path, out var faults);

        Assert.Equal(4, faults.Count);
    }

    [Theory]
    [InlineData("""{ "name": "mine", "description": "Nothing runs." }""", "no scenario")]
    [InlineData("""{ "name": "mine", "description": "Cut """, "not whole JSON")]
    [InlineData("[]", "Allowed: an object")]
    [InlineData("", "empty, or not a regular file")]
    public void A_file_that_is_no_profile_is_refused(string content, string why)
    {
        Assert.Null(ProfileCatalog.Find(Written(content), out var faults));

        Assert.Contains(why, Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_name_is_refused_with_the_name_that_was_meant()
    {
        Assert.Null(ProfileCatalog.Find("smokee", out var faults));

        Assert.Contains("Did you mean 'smoke'?", Assert.Single(faults), StringComparison.Ordinal);
    }

    private string Written(string content)
    {
        var path = Path.Combine(_directory.Path, "mine.json");
        File.WriteAllText(path, content);
        return path;
    }
}
