/**
 * What a page does: gets tickets for its token, follows one video by EventSource and another by WebSocket, and gives
 * every state that it was shown once both are final. An EventSource that is not closed by it must not come back.
 */
async ({ url, token, byEvents, bySocket }) => {
  const ticket = async () => {
    const answer = await fetch(`${url}/api/v1/progress/tickets`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    return (await answer.json()).ticket;
  };
  const events = async () => {
    const source = new EventSource(`${url}/api/v1/media/videos/${byEvents}/progress/stream?ticket=${await ticket()}`);
    const seen = [];
    let [opened, ended] = [0, false];
    return new Promise((resolve, reject) => {
      source.onopen = () => {
        opened += 1;
      };
      source.onmessage = ({ data, lastEventId }) => {
        seen.push({ ...JSON.parse(data), lastEventId });
      };
      source.addEventListener("end", () => {
        ended = true;
      });
      // At the end of the answer it comes back by itself, and is told to stop.
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) return;
        if (ended) resolve({ seen, opened });
        else reject(new Error("refused"));
      };
    });
  };
  const socket = async () => {
    const ws = new WebSocket(`${url.replace("http", "ws")}/api/v1/progress/ws?ticket=${await ticket()}`);
    const seen = [];
    return new Promise((resolve, reject) => {
      ws.onopen = () => ws.send(JSON.stringify({ type: "subscribe", videos: [bySocket] }));
      ws.onerror = () => reject(new Error("no WebSocket"));
      ws.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        seen.push(message.state);
        if (message.final) resolve({ seen });
      };
    });
  };
  const [first, second] = await Promise.all([events(), socket()]);
  return { events: first, socket: second };
};
