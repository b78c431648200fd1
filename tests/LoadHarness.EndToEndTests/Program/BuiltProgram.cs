using CliWrap;
using CliWrap.Buffered;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>The program as it was built with these tests.</summary>
internal static class BuiltProgram
{
    public static string Executable { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "loadharness.exe" : "loadharness");

    public static string Repository { get; } = TestSupport.Repository.File();

    public static Command With(params string[] arguments) =>
        CliWrap.Cli.Wrap(Executable).WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(variables => variables.Set("LOADHARNESS_DATABASE", null));

    public static Task<BufferedCommandResult> RunAsync(params string[] arguments) =>
        With(arguments).ExecuteBufferedAsync(TestContext.Current.CancellationToken).Task;

    /// <summary>Every scenario for a few seconds.</summary>
    public static string TinyProfile { get; } = Add(
        "tiny",
        """
        {
          "name": "tiny",
          "description": "Every scenario for two seconds: does the chain work?",
          "leadQueries": { "ratePerSecond": 20, "warmUp": "00:00:01", "during": "00:00:02", "maxInFlight": 20 },
          "leadSearch": { "ratePerSecond": 10, "warmUp": "00:00:01", "during": "00:00:02", "maxInFlight": 20 },
          "segmentation": { "ratePerSecond": 5, "warmUp": "00:00:01", "during": "00:00:02", "maxInFlight": 10 },
          "bulkImport": { "rows": 500, "repetitions": 1 },
          "campaignSend": { "recipients": 500, "workers": 2, "repetitions": 1 },
          "mixedUsers": {
            "users": 5, "thinkTime": "00:00:01", "imports": 1, "importRows": 500, "campaigns": 1,
            "campaignRecipients": 500, "warmUp": "00:00:01", "during": "00:00:02"
          }
        }
        """);

    /// <summary>Lead queries alone, for longer than a test wants to wait: to be stopped.</summary>
    public static string LongProfile { get; } = Add("long", LeadQueriesFor("long", "10m"));

    /// <summary>Lead queries alone, for as long as it takes to disturb them and to see them end by themselves.</summary>
    public static string TenSecondProfile { get; } = Add("ten-seconds", LeadQueriesFor("ten-seconds", "10s"));

    /// <summary>More users than a server with 200 connections has room for.</summary>
    public static string CrowdProfile { get; } = Add(
        "crowd",
        """
        {
          "name": "crowd",
          "description": "More users than connections.",
          "mixedUsers": {
            "users": 300, "thinkTime": "1s", "imports": 1, "importRows": 500, "campaigns": 1, "campaignRecipients": 500, "warmUp": "0s",
            "during": "2s"
          }
        }
        """);

    public static string LeadQueriesFor(string name, string during) =>
        $$"""
        {
          "name": "{{name}}",
          "description": "Lead queries and nothing else.",
          "leadQueries": { "ratePerSecond": 20, "warmUp": "1s", "during": "{{during}}", "maxInFlight": 20 }
        }
        """;

    /// <summary>Puts a profile where the program looks for them.</summary>
    private static string Add(string profile, string text)
    {
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "scenarios", "profiles", profile + ".json"), text);
        return profile;
    }
}
