using LoadHarness.Core.Options;
using LoadHarness.Seeding;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The rows of the CRM that the options ask for.</summary>
internal static class CrmRows
{
    public static SeedRequest Of(HarnessOptions options) => new(options.Contacts, options.Seed, Environment.ProcessorCount)
    {
        Spread = options.Spread,
        // A private server is made for its rows, or starts from the ones that are kept: nothing of others is there to delete.
        Replace = options.Force && options.Database is DatabaseTarget.Given,
        ReplaceForeignRows = options.DeleteAllRows,
    };
}
