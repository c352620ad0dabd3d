using System.Net.Http.Json;
using System.Text.Json;

namespace Orders;

/// <summary>Publishes orders to a channel of an Actormesh node.</summary>
public sealed class OrderPublisher(HttpClient http)
{
    private sealed record PublishRequest(string Channel, string[] Events);

    private sealed record PublishedEvent(string Identifier, int Index);

    private sealed record FailedEvent(string Identifier, int Index, string Code, string? Message);

    private sealed record PublishResult(PublishedEvent[] Successful, FailedEvent[] Failed);

    /// <summary>Publishes one order. The node hands it to every subscriber of the channel.</summary>
    public async Task PublishAsync(string channel, Order order, CancellationToken cancellation = default)
    {
        // An event travels as a string that holds JSON.
        var request = new PublishRequest(channel, [JsonSerializer.Serialize(order, JsonSerializerOptions.Web)]);

        // No length is known beforehand, so HttpClient sends the body in chunks.
        using var response = await http.PostAsJsonAsync("event", request, cancellation);
        response.EnsureSuccessStatusCode();

        var result = await response.Content.ReadFromJsonAsync<PublishResult>(cancellation);
        if (result is { Failed: [var failed, ..] })
            throw new InvalidOperationException($"{failed.Code}: {failed.Message}");
    }
}

public sealed record Order(string OrderId, string Status);
