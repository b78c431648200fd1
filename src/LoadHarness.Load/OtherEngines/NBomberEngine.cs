namespace LoadHarness.Load.OtherEngines;

/// <summary>What a person is told who asks for an engine that this build does not hold.</summary>
public static class NBomberEngine
{
    public const string HowToGetIt =
        "--engine nbomber: this build holds no NBomber. Build it in with 'dotnet build -c Release -p:UseNBomber=true' on a machine whose package feed has NBomber 4 to 6, and run again. "
        + "Mind its licence: NBomber 5 and later are closed source, free for personal use only, and an organization needs a paid licence; version 4 is open source (Apache 2.0). "
        + "Without --engine the built-in engine runs the same scenarios.";
}
