namespace LoadHarness.Load.OtherEngines;

/// <summary>What a person is told who asks for an engine that this build does not hold.</summary>
public static class NBomberEngine
{
    public const string HowToGetIt =
        "--engine nbomber: the program with NBomber is not there. Build it with 'dotnet build src/LoadHarness.NBomber "
            + "-c Release -p:UseNBomber=true' on a machine whose package feed has NBomber, and run again. "
            + "-p:NBomberVersion= takes another version than 4.1.2; 5 and 6 were not tried. Mind its licence: "
            + "NBomber 5 and later are closed source, free for personal use only, and an organization needs a paid licence; "
            + "version 4 is open source (Apache 2.0). Without --engine the built-in engine runs the same scenarios.";
}
