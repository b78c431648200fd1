using LoadHarness.Cli.Pipeline;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Options;

/// <summary>
/// What of a baseline can be seen not to fit before anything is measured. The server and the rows are compared when they are there.
/// </summary>
internal static class BaselineAtStart
{
    public static IEnumerable<string> Faults(HarnessOptions options) =>
        BaselineFit.KnownAtStart(
                options.Baseline!, options.Contacts, options.Spread, options.Seed, PartialRun.Begin(options).ToResult())
            .Select(difference => $"--baseline {options.Baseline!.Identity.Id}: it does not fit: {difference}. Give one of the same "
                + $"kind, or none.");
}
