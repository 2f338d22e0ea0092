// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli_script.h"

#include <chrono>

namespace learnscope::cli {

using Phase = TrainerStatus::Phase;

HeadlessScript::HeadlessScript(Session& session, Member& member, std::vector<Command> script)
    : session_(session), member_(&member), members_{&member}, script_(std::move(script)) {
  waitForBuild();
}

HeadlessScript::~HeadlessScript() {
  if (rest_.valid()) stop(), rest_.wait();
}

void HeadlessScript::stop() {
  next_ = script_.size();
  pausedLast_ = true;
  for (Member* member : members_) member->trainer->post({"pause", nullptr});
}

bool HeadlessScript::arrived() {
  if (!waiting_) return true;
  if (!waiting_()) return false;
  waiting_ = nullptr;
  return true;
}

void HeadlessScript::advance() {
  while (!done_ && arrived()) {
    const Phase phase = member_->trainer->status().phase;
    const bool ended = phase == Phase::Diverged || phase == Phase::Failed;
    if (next_ < script_.size() && !ended) {
      const std::size_t place = next_++;
      try {
        perform(script_[place]);
      } catch (const ConfigError& error) {
        throw ConfigError("script command " + std::to_string(place + 1), script_[place].verb, error.what());
      }
    } else if (goneOn_ || ended) {
      done_ = true;
    } else {
      goneOn_ = true;
      if (!pausedLast_) member_->trainer->post({"run", nullptr});
      waitForRest();
    }
  }
}

void HeadlessScript::perform(const Command& command) {
  const VerbDescription* verb = verbDescription(command.verb);
  if (verb && verb->target == CommandTarget::Trainer)
    performTrainer(command);
  else if (command.verb == "branch")
    branch(command.value);
  else if (command.verb == "analyse")
    analyse(command.value);
  else if (command.verb == "export")
    onExport(*member_, command.value);
  else if (command.verb == "say")
    onSay(command.value.get<std::string>());
  else if (command.verb == "ask")
    onSay(command.value["text"].get<std::string>());
}

void HeadlessScript::performTrainer(const Command& command) {
  Trainer& trainer = *member_->trainer;
  const std::string& verb = command.verb;
  if (verb != "set" && verb != "intervene") pausedLast_ = verb == "pause";
  // Already there: nothing to run, and nothing that would come to rest.
  if (verb == "runTo" && command.value.is_number() && command.value.get<std::int64_t>() <= member_->run->lastStep())
    return;
  if (verb == "set" || verb == "intervene") {
    const std::size_t before = member_->run->journal().size();
    trainer.post(command);
    // The worker serves a snapshot only after the commands before it: they have been carried out then, or refused.
    trainer.snapshot();
    if (member_->run->journal().size() == before) throw ConfigError("", "", trainer.status().message);
    return;
  }
  trainer.post(command);
  if (verb != "run") waitForRest();
}

void HeadlessScript::branch(const Json& value) {
  Fork fork = forkOf(value);
  fork.paused = true;
  member_ = &session_.branch(*member_, fork);
  members_.push_back(member_);
  pausedLast_ = false;
  waitForBuild();
}

void HeadlessScript::analyse(const Json& value) {
  session_.makeCurrent(*member_);
  const std::int64_t step =
      value.contains("step") && value["step"].is_number() ? value["step"].get<std::int64_t>() : -1;
  const Json arguments = value.value("arguments", Json::object());
  auto promise = std::make_shared<std::promise<AnalysisResult>>();
  std::shared_future<AnalysisResult> result = promise->get_future().share();
  session_.analyse("script", value["name"].get<std::string>(), step, arguments,
                   [promise](AnalysisResult answer) { promise->set_value(std::move(answer)); });
  waiting_ = [this, result, arguments] {
    if (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    onAnalysis(result.get(), arguments);
    return true;
  };
}

void HeadlessScript::waitForRest() {
  // Trainer::wait blocks; on a thread of its own the progress line goes on and Ctrl-C is heard.
  rest_ = std::async(std::launch::async, [trainer = member_->trainer.get()] { trainer->wait(); });
  waiting_ = [this] {
    if (rest_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
    rest_.get();
    return true;
  };
}

void HeadlessScript::waitForBuild() {
  waiting_ = [this] { return member_->trainer->status().phase != Phase::Building; };
}

}  // namespace learnscope::cli
