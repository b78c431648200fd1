namespace LoadHarness.EndToEndTests.Program;

/// <summary>Tests that ask how long something takes: no other test runs at that time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
