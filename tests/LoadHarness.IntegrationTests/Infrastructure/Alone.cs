namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>Tests that ask how long something takes: no other test of this assembly runs at that time. Tests of another may.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
