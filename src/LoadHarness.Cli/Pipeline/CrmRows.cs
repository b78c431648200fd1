using LoadHarness.Core.Options;
using LoadHarness.Seeding;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The rows of the CRM that the options ask for.</summary>
internal static class CrmRows
{
    public static SeedRequest Of(HarnessOptions options) => new(options.Contacts, options.Seed, Environment.ProcessorCount)
    {
        Spread = options.Spread,
        Replace = options.Force,
        ReplaceForeignRows = options.DeleteAllRows,
    };
}
