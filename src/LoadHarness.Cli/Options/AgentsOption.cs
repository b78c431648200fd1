using System.Globalization;
using LoadHarness.Agents.Broker;
using LoadHarness.Core.Options;
using LoadHarness.Load;

namespace LoadHarness.Cli.Options;

/// <summary>The options of a load that several generators share.</summary>
internal static class AgentsOption
{
    /// <returns>Null when one program makes the load, or the options are wrong.</returns>
    public static AgentOptions? Check(
        GivenOptions raw, DatabaseTarget database, LoadEngine engine, Pooler pooler, List<string> errors)
    {
        if (raw.Agents is not { } text)
        {
            foreach (var (option, isGiven) in (
                (string, bool)[])[("--broker", raw.Broker is not null), ("--token-file", raw.TokenFile is not null)])
                if (isGiven) errors.Add($"{option}: it is for several generators. Give --agents N as well, or leave it out.");
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, null, out var count) || count is < 1 or > LoadShare.Most)
            errors.Add($"--agents '{text}': give how many generators share the load, from 1 to {LoadShare.Most}.");
        if (raw.Workload is not null)
            errors.Add("--agents: the scenarios of a --workload are run by one program. Leave one of the two out.");
        if (engine == LoadEngine.NBomber)
            errors.Add("--agents: the built-in engine shares its load, NBomber does not. Leave --engine out.");
        if (raw.TokenFile is not null && raw.Broker is null)
            errors.Add("--token-file: a broker that this program starts has a secret of its own. Leave it out, or give --broker.");
        if (raw.Broker is { } broker) CheckBroker(broker, raw, database, pooler, errors);
        else if (OperatingSystem.IsWindows())
            errors.Add("--agents: on Windows this program starts no broker. Give the address of a running one with --broker.");
        else if (NatsServer.Find() is null) errors.Add($"--agents: {NatsServer.HowToGetIt}");
        return new(count, raw.Broker, raw.TokenFile);
    }

    /// <returns>Null when it is wrong.</returns>
    public static BrokerAddress? Address(string option, string url, string? tokenFile, List<string> errors)
    {
        var fault = BrokerAddress.FaultOf(option, url);
        if (fault is not null) errors.Add(fault);
        var token = AgentToken.Find(tokenFile, out var faults);
        errors.AddRange(faults);
        return fault is null && token is not null ? new(new Uri(url), token) : null;
    }

    // What the program starts itself listens on loopback alone: no other machine reaches it.
    private static void CheckBroker(string broker, GivenOptions raw, DatabaseTarget database, Pooler pooler, List<string> errors)
    {
        _ = Address("--broker", broker, raw.TokenFile, errors);
        if (database is not DatabaseTarget.Given)
            errors.Add("--broker: agents on other machines need a server that they can reach. Give --database with a connection string; "
                + "they get it from LOADHARNESS_DATABASE.");
        if (pooler != Pooler.None)
            errors.Add("--broker: the pooler that this program starts is reached from this machine alone. Leave --pooler out.");
    }
}
