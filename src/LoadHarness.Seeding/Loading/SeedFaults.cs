using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Seeding.Loading;

/// <summary>What ended a seeding, and what the next start does: only a database that stays is gone on with.</summary>
internal static class SeedFaults
{
    private const string GoesOn = "the seeding goes on where it stopped.";

    /// <param name="cause">In the server's words.</param>
    public static string Stopped(SeedRequest request, string cause) =>
        $"The server stopped the seeding of {request.Contacts} contacts ({cause}). Start again with the same options: "
            + (request.Server == ServerKind.Given ? GoesOn : "each start makes a server of its own, so the seeding begins anew.");

    /// <param name="cause">In the server's words.</param>
    public static string DiskFull(SeedRequest request, string cause)
    {
        var full = $"The server's disk is full ({cause}).";
        if (request.Server == ServerKind.Given) return $"{full} Free some space and start again with the same options: {GoesOn}";
        var leads = new SeedPlan(request.Contacts, request.Spread).Leads;
        var room = $"{leads} leads need about {DiskSpace.BytesFor(leads, maxWalBytes: 0) / 1e9:0.0} GB and the server's max_wal_size";
        return request.Server == ServerKind.Native
            ? $"{full} {room} below {PrivateRoot.Above}. Free some space, or name a larger disk with TMPDIR, and start again: each start "
                + "makes a server of its own, so the seeding begins anew."
            : $"{full} {room} where the container engine keeps its data. Free some space there and start again: each start makes a server "
                + "of its own, so the seeding begins anew.";
    }
}
