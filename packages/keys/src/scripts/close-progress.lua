-- Raises the fence: from now on this run and every lower one is refused. Does nothing where a higher run wrote
-- or was closed already.
-- KEYS[1]  progress key, a hash (anything else there is replaced)
-- ARGV[1]  generation
-- ARGV[2]  attempt
-- ARGV[3]  seconds until the hash expires
-- ARGV[4]  channel of the subject
-- ARGV[5]  channel of the tenant
-- ARGV[6]  the message as a JSON object, not empty, without its closing brace
-- Returns 1 where the fence stands for this run, 0 where a higher run is there.
local key = KEYS[1]
local run_generation, run_attempt = tonumber(ARGV[1]), tonumber(ARGV[2])
local generation, attempt, closed_generation, closed_attempt = read_fence(key)

if generation and compare(run_generation, run_attempt, generation, attempt) < 0 then return 0 end
if closed_generation and compare(run_generation, run_attempt, closed_generation, closed_attempt) < 0 then return 0 end

if generation ~= run_generation then
  -- The fields are another generation's, or do not say whose. Those that do not say are this run's by the rule that
  -- absent means matching, but would also match every run to come: only the last percent is kept, under a name
  -- that the closed pair dates. `generation` is not set, so that such a writer's next run is not hidden by it.
  local percent = nil
  if not generation then
    local fields = redis.pcall("HMGET", key, "percent", "closed_percent")
    if not fields.err then
      percent = fields[1] or (closed_generation == run_generation and fields[2])
    end
  end
  redis.call("DEL", key)
  if percent then redis.call("HSET", key, "closed_percent", percent) end
end
redis.call("HSET", key, "closed", ARGV[1] .. "." .. ARGV[2])
redis.call("EXPIRE", key, ARGV[3])
publish(ARGV[4], ARGV[5], ARGV[6] .. ',"updated_at":"' .. now() .. '"}')
return 1
