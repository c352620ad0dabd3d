/// A plugin for clang-tidy 14 that keeps it out of other people's headers.
///
/// Without it every check walks all of CAF, Boost and the standard library in every file, which
/// takes more than half of the time; what is found there is thrown away afterwards.
#include <vector>

#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>
#include <clang/AST/ASTContext.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>
#include <clang/Basic/SourceManager.h>

namespace {

/// Reports nothing. It sees the translation unit before its declarations are visited, and leaves
/// only those to visit that are not from system headers.
class own_code final : public clang::tidy::ClangTidyCheck {
public:
  using ClangTidyCheck::ClangTidyCheck;

  void registerMatchers(clang::ast_matchers::MatchFinder* finder) override {
    finder->addMatcher(clang::ast_matchers::translationUnitDecl().bind("unit"), this);
  }

  void check(const clang::ast_matchers::MatchFinder::MatchResult& found) override {
    std::vector<clang::Decl*> own;
    for (auto* each : found.Context->getTranslationUnitDecl()->decls())
      if (!found.SourceManager->isInSystemHeader(each->getLocation()))
        own.push_back(each);
    found.Context->setTraversalScope(own);
  }
};

class own_code_module final : public clang::tidy::ClangTidyModule {
public:
  void addCheckFactories(clang::tidy::ClangTidyCheckFactories& factories) override {
    factories.registerCheck<own_code>("actormesh-own-code");
  }
};

const clang::tidy::ClangTidyModuleRegistry::Add<own_code_module> added{
    "actormesh", "Looks at our own code only."};

} // namespace
