-- Writes the progress of a run, unless a higher run wrote already or the run was closed.
-- KEYS[1]  progress key, a hash (anything else there is replaced)
-- ARGV[1]  generation
-- ARGV[2]  attempt
-- ARGV[3]  percent, 0 to 100; within a generation the greater of the old and the new is kept
-- ARGV[4]  started_at, or empty: then the first write of the generation sets it
-- ARGV[5]  seconds until the hash expires
-- ARGV[6]  channel of the subject
-- ARGV[7]  channel of the tenant
-- ARGV[8]  the message as a JSON object, not empty, without its closing brace; percent and times are added here
-- ARGV[9…] further fields of the hash: name, value, name, value
-- Returns {1, the percent kept} or {0, "superseded"} or {0, "closed"}.
local key = KEYS[1]
local run_generation, run_attempt = tonumber(ARGV[1]), tonumber(ARGV[2])
local generation, attempt, closed_generation, closed_attempt = read_fence(key)

if generation and compare(run_generation, run_attempt, generation, attempt) < 0 then return { 0, "superseded" } end
if closed_generation then
  local order = compare(run_generation, run_attempt, closed_generation, closed_attempt)
  if order < 0 then return { 0, "superseded" } end
  if order == 0 then return { 0, "closed" } end
end

local time = now()
local percent, started = percent_of(ARGV[3]), ARGV[4]
if generation == run_generation then
  local old = redis.call("HMGET", key, "percent", "started_at")
  percent = math.max(percent, percent_of(old[1]))
  -- Another writer's start may be anything; what is none would stay unknown for the whole generation.
  if started == "" and old[2] and string.match(old[2], "^%d+%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$") then
    started = old[2]
  end
end
if started == "" then started = time end
local percent_text = string.format("%.14g", percent)

-- Written anew as a whole, so that nothing stays of another run, another writer or another type.
redis.call("DEL", key)
redis.call("HSET", key, "generation", ARGV[1], "attempt", ARGV[2], "percent", percent_text,
  "started_at", started, "updated_at", time, unpack(ARGV, 9))
redis.call("EXPIRE", key, ARGV[5])
publish(ARGV[6], ARGV[7], ARGV[8] .. ',"percent":' .. percent_text
  .. ',"started_at":"' .. started .. '","updated_at":"' .. time .. '"}')
return { 1, percent_text }
